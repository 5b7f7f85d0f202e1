// The same with the outcome of a call.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';
const r = await tools.a.b({ x: {} });
return inside(r.x.constructor.constructor('return globalThis')());
