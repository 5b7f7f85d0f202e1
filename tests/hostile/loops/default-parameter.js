// A call that never begins.
// expect: cpu_limit
// cpu: 50
const spin = () => {
  for (;;);
};
const f = (x = spin()) => x;
f();
