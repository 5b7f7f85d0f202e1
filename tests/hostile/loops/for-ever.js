// The plainest loop.
// expect: cpu_limit
// cpu: 50
for (;;);
