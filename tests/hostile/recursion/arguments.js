// A million arguments.
// expect: stack_overflow | program_error | memory_limit
return Math.max(...new Array(1e6).fill(1), 2);
