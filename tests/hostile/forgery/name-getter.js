// A name that never answers.
// expect: cpu_limit
// cpu: 50
throw Object.defineProperty(new Error('x'), 'name', {
  get() {
    for (;;);
  },
});
