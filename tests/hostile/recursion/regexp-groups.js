// A pattern of a hundred thousand groups.
// expect: program_error SyntaxError | stack_overflow
return new RegExp('('.repeat(1e5) + ')'.repeat(1e5));
