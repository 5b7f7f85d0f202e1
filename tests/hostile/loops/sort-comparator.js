// A comparator that never compares.
// expect: cpu_limit
// cpu: 50
[3, 1, 2].sort(() => {
  for (;;);
});
