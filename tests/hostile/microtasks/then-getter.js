// A `then` that is a getter without end.
// expect: cpu_limit
// cpu: 50
await {
  get then() {
    for (;;);
  },
};
