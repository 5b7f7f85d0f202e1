// An export inside of a program.
// expect: syntax_error
export const x = 1;
return x;
