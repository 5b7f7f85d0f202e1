// Half a character as the name of an error.
// expect: program_error
const e = new Error('x');
e.name = '\ud800';
throw e;
