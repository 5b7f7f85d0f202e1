// A property of itself.
// expect: stack_overflow
const o = {
  get a() {
    return this.a;
  },
};
return o.a;
