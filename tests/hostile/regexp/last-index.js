// A lastIndex that moves back each time.
// expect: cpu_limit
// cpu: 50
const r = /x/g;
while (r.exec('xx')) r.lastIndex = 0;
