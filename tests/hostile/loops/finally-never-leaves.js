// A return that its own finally takes back for ever.
// expect: cpu_limit
// cpu: 50
function f() {
  for (;;) {
    try {
      return 1;
    } finally {
      continue;
    }
  }
}
return f();
