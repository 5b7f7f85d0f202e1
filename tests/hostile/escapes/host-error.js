// The same with the error of a denied call, which the host really makes.
// expect: completed true
// tools: deny
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';
try {
  await tools.a.b({});
} catch (e) {
  return inside(e.constructor.constructor('return globalThis')());
}
