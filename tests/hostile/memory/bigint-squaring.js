// A number that squares itself.
// expect: memory_limit | cpu_limit | program_error
// memory: 16
// cpu: 300
let n = 3n;
for (;;) n *= n;
