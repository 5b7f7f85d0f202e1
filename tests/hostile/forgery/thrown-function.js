// A function is thrown.
// expect: program_error
throw () => {};
