// A reviver that hangs.
// expect: cpu_limit
// cpu: 50
JSON.parse('[1]', () => {
  for (;;);
});
