// A million arguments by apply.
// expect: stack_overflow | program_error | memory_limit
return String.fromCharCode.apply(null, new Array(1e6).fill(65)).length;
