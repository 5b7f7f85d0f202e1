// A replacer that hangs.
// expect: cpu_limit
// cpu: 50
JSON.stringify([1], () => {
  for (;;);
});
