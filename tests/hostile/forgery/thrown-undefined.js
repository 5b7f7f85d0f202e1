// Nothing is thrown.
// expect: program_error
throw undefined;
