// vm2, SandboxJS and most others: the constructor of a constructor makes code outside.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';
return inside([].filter.constructor('return this ?? globalThis')());
