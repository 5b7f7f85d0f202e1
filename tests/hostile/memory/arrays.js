// Arrays in an array.
// expect: memory_limit
// memory: 16
const all = [];
for (;;) all.push(new Array(1000).fill(1.5));
