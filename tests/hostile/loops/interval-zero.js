// An interval of zero milliseconds that never ends: the CPU of all turns counts.
// expect: cpu_limit
// cpu: 50
setInterval(() => {
  for (let i = 0; i < 1e4; i++);
}, 0);
await new Promise(() => {});
