// A text that doubles.
// expect: memory_limit | program_error
// memory: 16
let s = 'x';
for (;;) s += s;
