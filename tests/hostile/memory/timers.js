// Timers that each hold a megabyte.
// expect: program_error | limit_exceeded | memory_limit
// memory: 16
for (;;) {
  const held = new Uint8Array(1 << 20);
  setTimeout(() => held, 1e6);
}
