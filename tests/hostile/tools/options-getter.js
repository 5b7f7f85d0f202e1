// Options that are a getter are read once.
// expect: completed 1
let n = 0;
await tools.a.b({}, {
  get idempotencyKey() {
    return 'k' + ++n;
  },
});
return n;
