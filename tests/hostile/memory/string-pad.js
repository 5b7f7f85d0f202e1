// Padding to the longest text there is.
// expect: memory_limit | program_error
// memory: 16
return 'x'.padEnd(2 ** 30 - 1, 'ab').length;
