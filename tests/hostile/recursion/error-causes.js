// An error with ten thousand causes.
// expect: program_error Error
let e = new Error('first');
for (let i = 0; i < 1e4; i++) e = new Error('next', { cause: e });
console.log(e);
throw e;
