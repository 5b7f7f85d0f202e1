// More calls than a run may make, caught.
// expect: completed "call_limit"
// calls: 1000
try {
  for (let i = 0; i < 5000; i++) await tools.a.b({});
} catch (e) {
  return e.code;
}
