// Backtracking inside a look-behind.
// expect: cpu_limit
// cpu: 50
return /(?<=c(a+)+)!/.test('a'.repeat(50) + '!');
