// A loop in code made at run time.
// expect: cpu_limit
// cpu: 50
eval('for (;;);');
