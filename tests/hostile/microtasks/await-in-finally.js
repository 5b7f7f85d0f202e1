// A finally that awaits for ever.
// expect: cpu_limit
// cpu: 50
try {
  throw 1;
} finally {
  for (;;) await null;
}
