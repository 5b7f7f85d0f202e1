// A division by zero.
// expect: program_error RangeError
return 1n / 0n;
