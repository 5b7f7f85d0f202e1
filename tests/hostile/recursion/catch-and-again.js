// Recursion that catches its own end at every level: 2^n calls.
// expect: cpu_limit
// cpu: 50
function f() {
  try {
    f();
  } catch {
    f();
  }
}
f();
