// A back-reference that is tried everywhere.
// expect: cpu_limit
// cpu: 50
return /^(.*)(.*)(.*)\1\2\3!$/.test('ab'.repeat(400));
