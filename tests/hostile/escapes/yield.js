// A yield outside of a generator.
// expect: syntax_error
yield 1;
