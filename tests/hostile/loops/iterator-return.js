// An iterator that hangs when it is told to stop.
// expect: cpu_limit
// cpu: 50
const sticky = {
  [Symbol.iterator]: () => ({
    next: () => ({ done: false }),
    return() {
      for (;;);
    },
  }),
};
for (const x of sticky) break;
