// An indirect eval sees the guest's globals and not the wrapper.
// expect: completed "ReferenceError"
const secret = 1;
try {
  return (0, eval)('secret');
} catch (e) {
  return e.name;
}
