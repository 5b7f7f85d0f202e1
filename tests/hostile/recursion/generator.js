// A generator that delegates to itself.
// expect: stack_overflow
function* g() {
  yield* g();
}
g().next();
