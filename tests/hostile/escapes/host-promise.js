// The same with the promise of a call.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';
return inside(tools.a.b({}).constructor.constructor('return globalThis')());
