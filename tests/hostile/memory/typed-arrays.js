// Typed arrays, each a megabyte.
// expect: memory_limit
// memory: 16
const all = [];
for (;;) all.push(new Float64Array(1 << 17));
