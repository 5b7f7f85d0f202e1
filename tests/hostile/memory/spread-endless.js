// Spreading an iterator without end.
// expect: memory_limit
// memory: 16
function* g() {
  for (;;) yield 1;
}
return [...g()];
