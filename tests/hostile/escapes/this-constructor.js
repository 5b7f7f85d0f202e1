// The first escape of them all: this.constructor.constructor.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';
const f = function () {
  return this;
};
return inside((f() ?? {}).constructor.constructor('return globalThis')());
