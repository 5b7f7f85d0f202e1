// Five thousand nested blocks.
// expect: completed 1 | syntax_error | stack_overflow
return eval('{'.repeat(5000) + '1' + '}'.repeat(5000));
