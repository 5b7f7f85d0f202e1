// Half a character in an error.
// expect: program_error Error
throw new Error('a\ud800b');
