// Code of a hundred thousand parentheses.
// expect: stack_overflow | program_error
return eval('('.repeat(1e5) + '1' + ')'.repeat(1e5));
