// The same graph as the input of a call.
// expect: memory_limit | cpu_limit
// memory: 16
// cpu: 500
// calls: 0
let o = ['lol'];
for (let i = 0; i < 40; i++) o = [o, o];
await tools.a.b({ o });
