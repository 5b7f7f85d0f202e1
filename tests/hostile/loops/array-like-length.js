// A callback for each of 2^53 absent elements.
// expect: cpu_limit
// cpu: 50
Array.prototype.reduceRight.call({ length: 2 ** 53 - 1 }, () => 0, 0);
