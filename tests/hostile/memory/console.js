// Console output without end: it is cut, the program goes on.
// expect: cpu_limit
// cpu: 50
for (;;) console.log('x'.repeat(10000));
