// Many greedy stars.
// expect: cpu_limit
// cpu: 50
return /.*.*.*.*.*.*x/s.test('a'.repeat(5000));
