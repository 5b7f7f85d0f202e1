// A trap that triggers itself.
// expect: stack_overflow
const p = new Proxy(
  {},
  {
    get(t, k, r) {
      return r[k];
    },
  },
);
return p.x;
