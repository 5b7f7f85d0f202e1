// Indentation that is longer than what it indents.
// expect: memory_limit | cpu_limit | completed 0
// memory: 16
// cpu: 500
let o = [1];
for (let i = 0; i < 3000; i++) o = [o, 1];
const all = [];
for (;;) all.push(JSON.stringify(o, null, ' '.repeat(10)));
