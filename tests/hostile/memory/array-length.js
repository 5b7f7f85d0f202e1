// An array of 2^32 - 1 filled elements.
// expect: memory_limit | cpu_limit
// memory: 16
// cpu: 300
return new Array(2 ** 32 - 1).fill(0).length;
