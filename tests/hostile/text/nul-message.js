// A zero inside of an error.
// expect: program_error Error
throw new Error('a\0b');
