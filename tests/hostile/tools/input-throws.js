// An input that throws while it is read sends nothing.
// expect: program_error RangeError
// calls: 0
await tools.a.b({
  get x() {
    throw new RangeError('no');
  },
});
