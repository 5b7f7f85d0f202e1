// A separator a million times.
// expect: memory_limit | program_error
// memory: 16
return Array(1e6).join('x'.repeat(1e3)).length;
