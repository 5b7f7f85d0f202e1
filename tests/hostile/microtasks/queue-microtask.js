// A microtask that queues itself.
// expect: cpu_limit
// cpu: 50
const again = () => queueMicrotask(again);
again();
await new Promise(() => {});
