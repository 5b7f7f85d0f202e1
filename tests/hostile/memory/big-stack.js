// An error whose stack is megabytes: it is cut.
// expect: program_error Error
const e = new Error('x');
e.stack = '    at f (program:3:1)\n'.repeat(1e5);
throw e;
