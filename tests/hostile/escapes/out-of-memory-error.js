// The same with an error that is made without memory left.
// expect: completed true | memory_limit
// memory: 16
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';

let caught;
try {
  const all = [];
  for (;;) all.push(new Uint8Array(1 << 20));
} catch (e) {
  caught = e;
}
return inside((caught ?? {}).constructor.constructor('return globalThis')());
