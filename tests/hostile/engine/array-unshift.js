// An array unshifted at its end.
// expect: program_error TypeError
Array.prototype.unshift.call({ length: 2 ** 53 - 1 }, 1);
