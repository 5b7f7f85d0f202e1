// A promise whose reaction makes the next one.
// expect: cpu_limit
// cpu: 50
const next = () => Promise.resolve().then(next);
await next();
