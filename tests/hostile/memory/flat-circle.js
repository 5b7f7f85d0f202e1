// Flattening an array that contains itself.
// expect: stack_overflow | memory_limit | program_error
// memory: 16
const a = [1];
a.push(a);
return a.flat(Infinity).length;
