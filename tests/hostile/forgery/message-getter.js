// A message that throws.
// expect: program_error
throw Object.defineProperty(new Error('x'), 'message', {
  get() {
    throw new Error('inner');
  },
});
