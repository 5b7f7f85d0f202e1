// A join over 2^32 absent elements into nothing.
// expect: cpu_limit | memory_limit | program_error
// cpu: 50
return Array.prototype.join.call({ length: 2 ** 32 - 1 }, '').length;
