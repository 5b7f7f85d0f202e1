// The same with an error that a limit makes.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';
try {
  await tools['x'.repeat(5000)]({});
} catch (e) {
  return inside(e.constructor.constructor('return globalThis')());
}
