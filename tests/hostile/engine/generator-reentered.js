// A generator that calls itself while it runs.
// expect: program_error TypeError
const g = (function* () {
  g.next();
  yield 1;
})();
g.next();
