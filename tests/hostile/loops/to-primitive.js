// A date comparison that never ends.
// expect: cpu_limit
// cpu: 50
const o = {
  [Symbol.toPrimitive]() {
    for (;;);
  },
};
return new Date(0) < o;
