// Alternatives that overlap.
// expect: cpu_limit
// cpu: 50
return /^(a|a|aa)+$/.test('a'.repeat(60) + '!');
