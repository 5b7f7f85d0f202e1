// Copies of copies.
// expect: memory_limit
// memory: 16
let o = [1];
for (;;) o = [structuredClone(o), structuredClone(o)];
