// An asynchronous function that calls itself before it awaits.
// expect: stack_overflow | memory_limit
const f = async () => 1 + (await f());
await f();
