// Promise.all over an iterable without end.
// expect: memory_limit | cpu_limit
// memory: 16
function* g() {
  for (;;) yield 1;
}
await Promise.all(g());
