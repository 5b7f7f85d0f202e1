// Catching the end of memory, and asking again.
// expect: cpu_limit
// memory: 16
// cpu: 100
for (;;) {
  try {
    const all = [];
    for (;;) all.push(new Uint8Array(1 << 20));
  } catch {}
}
