// Shifts beyond any size.
// expect: program_error RangeError | memory_limit
// memory: 16
return (1n << (1n << 62n)).toString();
