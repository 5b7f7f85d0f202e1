// The same: asynchronous functions.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';
const A = (async () => {}).constructor;
return inside(await A('return globalThis')());
