// A wait for nothing.
// expect: deadlock
await new Promise(() => {});
