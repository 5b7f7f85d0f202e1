// A patched Promise.resolve and Promise.reject.
// expect: program_error TypeError
// calls: 0
Promise.resolve = Promise.reject = () => 'forged';
await tools.a.b(5);
