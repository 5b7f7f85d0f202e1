// A stack that names places the program has not.
// expect: program_error Error
const e = new Error('x');
e.stack = '    at <anonymous> (program:999999:1)\n    at f (program:4294967297:4294967297)';
throw e;
