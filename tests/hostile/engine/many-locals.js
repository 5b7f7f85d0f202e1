// A function with seventy thousand variables.
// expect: completed 69999 | syntax_error | program_error | memory_limit
// memory: 64
const names = Array.from({ length: 7e4 }, (_, i) => `var v${i} = ${i};`).join('');
return new Function(names + 'return v69999;')();
