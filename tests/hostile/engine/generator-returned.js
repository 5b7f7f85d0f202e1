// A generator that is ended in its own finally.
// expect: completed true | program_error
const g = (function* () {
  try {
    yield 1;
  } finally {
    yield 2;
  }
})();
g.next();
g.return(5);
return g.next().done;
