// Sloppy code made at run time gets the guest's global.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';
return inside(new Function('return this')());
