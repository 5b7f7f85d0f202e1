// A loop that swallows whatever would end it.
// expect: cpu_limit
// cpu: 50
for (;;) {
  try {
    for (;;);
  } catch {
    continue;
  } finally {
    for (;;);
  }
}
