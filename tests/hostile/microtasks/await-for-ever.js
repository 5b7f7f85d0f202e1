// A loop of awaits: the thread never blocks, the turn never ends.
// expect: cpu_limit
// cpu: 50
for (;;) await 0;
