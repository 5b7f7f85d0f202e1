// A setter on index 0 of every array.
// expect: completed [{"x":1}]
// sees: a.b {"x":1}
Object.defineProperty(Array.prototype, 0, {
  get: () => 'forged',
  set() {},
});
return [await tools.a.b({ x: 1 })];
