// Each microtask queues two more: the queue doubles.
// expect: cpu_limit | memory_limit
// cpu: 300
// memory: 16
const twice = () => {
  queueMicrotask(twice);
  queueMicrotask(twice);
};
twice();
await new Promise(() => {});
