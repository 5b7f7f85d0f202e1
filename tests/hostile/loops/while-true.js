// A loop whose body does a little work.
// expect: cpu_limit
// cpu: 50
let n = 0;
while (true) n = (n + 1) | 0;
