// One repeat to the longest text there is.
// expect: memory_limit | program_error
// memory: 16
return 'x'.repeat(2 ** 29).length;
