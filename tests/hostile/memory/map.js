// A map without end.
// expect: memory_limit
// memory: 16
const m = new Map();
for (let i = 0; ; i++) m.set(i, { i });
