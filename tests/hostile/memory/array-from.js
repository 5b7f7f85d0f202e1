// A billion elements from a length.
// expect: memory_limit
// memory: 16
return Array.from({ length: 1e9 }, (_, i) => i);
