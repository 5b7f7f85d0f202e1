// One buffer of a terabyte.
// expect: memory_limit | program_error RangeError
// memory: 16
return new ArrayBuffer(2 ** 40).byteLength;
