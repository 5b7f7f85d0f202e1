// An array that shrinks while splice asks for its arguments.
// expect: completed true | program_error
const a = Array(1000).fill(1);
a.splice(0, { valueOf() {
  a.length = 1;
  return 900;
} });
return a.length <= 1000;
