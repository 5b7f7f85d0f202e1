// A symbol is thrown.
// expect: program_error
throw Symbol('approved');
