// Calls without end, each of them answered.
// expect: cpu_limit | call_limit
// cpu: 50
for (;;) await tools.a.b({}).catch(() => {});
