// DOMException and its constructor chain.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';
try {
  atob('*');
} catch (e) {
  return inside(e.constructor.constructor('return globalThis')());
}
