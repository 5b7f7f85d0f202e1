// A loop that nobody awaits, beside a wait for nothing.
// expect: cpu_limit
// cpu: 50
(async () => {
  for (;;) await 0;
})();
await new Promise(() => {});
