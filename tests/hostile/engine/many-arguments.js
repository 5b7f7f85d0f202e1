// A function with seventy thousand parameters.
// expect: syntax_error | program_error | memory_limit | completed 70000 | stack_overflow
// memory: 64
const names = Array.from({ length: 7e4 }, (_, i) => `p${i}`);
return new Function(...names, 'return 1').length;
