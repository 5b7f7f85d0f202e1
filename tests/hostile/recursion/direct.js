// A function that calls itself.
// expect: stack_overflow
function f() {
  return f() + 1;
}
return f();
