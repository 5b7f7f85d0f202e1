// Each character replaced by many.
// expect: memory_limit | program_error
// memory: 16
let s = 'x'.repeat(1000);
for (;;) s = s.replaceAll('x', 'xxxxxxxxxx');
