// The same with an error that is made without stack left.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';

let caught;
const f = () => {
  try {
    f();
  } catch (e) {
    caught ??= e;
  }
};
f();
return inside(caught.constructor.constructor('return globalThis')());
