// A property that never answers.
// expect: cpu_limit
// cpu: 50
const o = {
  get x() {
    for (;;);
  },
};
return o.x;
