// Reversing an array-like of 2^53 absent elements.
// expect: cpu_limit
// cpu: 50
Array.prototype.reverse.call({ length: 2 ** 53 - 1 });
