// A pattern of a megabyte.
// expect: completed false | program_error SyntaxError | memory_limit | cpu_limit
// memory: 16
// cpu: 300
return new RegExp('a|'.repeat(1 << 18) + 'b').test('c');
