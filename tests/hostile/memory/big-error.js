// An error whose message is megabytes: it is cut.
// expect: program_error Error
throw new Error('x'.repeat(4 << 20));
