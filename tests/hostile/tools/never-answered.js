// A call that nobody answers beside a program that goes on computing.
// expect: cpu_limit
// tools: open
// cpu: 50
tools.a.b({});
for (;;) await 0;
