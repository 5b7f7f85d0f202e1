// The same graph as the result of the program.
// expect: memory_limit | cpu_limit
// memory: 16
// cpu: 500
let o = ['lol'];
for (let i = 0; i < 40; i++) o = [o, o];
return o;
