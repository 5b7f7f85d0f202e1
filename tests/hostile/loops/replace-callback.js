// A replacement that never ends.
// expect: cpu_limit
// cpu: 50
'x'.repeat(1000).replace(/x/g, () => {
  for (;;);
});
