// SandboxJS: __lookupGetter__ and its kin give functions of the guest.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';
const get = ({}).__lookupGetter__('__proto__');
return inside(get.constructor('return globalThis')());
