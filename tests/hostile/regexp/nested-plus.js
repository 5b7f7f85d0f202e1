// The classic: exponential backtracking, all in native code.
// expect: cpu_limit
// cpu: 50
return /^(a+)+$/.test('a'.repeat(40) + '!');
