// A power of 2^30 bits.
// expect: memory_limit | program_error
// memory: 16
return (2n ** (2n ** 30n)).toString().length;
