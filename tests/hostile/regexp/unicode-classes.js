// Backtracking over properties.
// expect: cpu_limit
// cpu: 50
return /^(\p{L}+\s?)+$/u.test('word'.repeat(12) + '!');
