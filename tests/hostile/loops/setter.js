// A property that never takes.
// expect: cpu_limit
// cpu: 50
const o = {
  set x(v) {
    for (;;);
  },
};
o.x = 1;
