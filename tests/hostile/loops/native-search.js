// A search through 2^53 absent elements: no guest instruction runs, only the timer can end it.
// expect: cpu_limit
// cpu: 50
return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);
