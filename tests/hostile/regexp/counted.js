// Counted repetitions of each other.
// expect: cpu_limit
// cpu: 50
return /^((a{1,20}){1,20}){1,20}$/.test('a'.repeat(300) + '!');
