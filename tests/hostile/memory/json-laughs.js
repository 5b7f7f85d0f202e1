// A small graph that is 2^40 objects as JSON.
// expect: memory_limit | cpu_limit
// memory: 16
// cpu: 500
let o = ['lol'];
for (let i = 0; i < 40; i++) o = [o, o];
return JSON.stringify(o).length;
