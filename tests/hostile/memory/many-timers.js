// More timers than may be open.
// expect: limit_exceeded
for (let i = 0; i < 5000; i++) setTimeout(() => {}, 1e6);
