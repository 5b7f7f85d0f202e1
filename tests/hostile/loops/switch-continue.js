// A switch that always goes round again.
// expect: cpu_limit
// cpu: 50
for (;;) {
  switch (1) {
    default:
      continue;
  }
}
