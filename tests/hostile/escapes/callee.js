// arguments.callee in the program itself.
// expect: completed "TypeError" | program_error
try {
  return typeof (function () {
    'use strict';
    return arguments.callee;
  })();
} catch (e) {
  return e.name;
}
