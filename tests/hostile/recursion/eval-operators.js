// Code of a hundred thousand operators.
// expect: stack_overflow | program_error | completed 0
eval('!'.repeat(1e5) + '1');
return 0;
