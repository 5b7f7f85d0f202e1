// vm2: an Error of the program's own with a prepareStackTrace.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';

const Old = Error;
globalThis.Error = { prepareStackTrace: (e, frames) => frames };
const { stack } = new Old();
const f = Array.isArray(stack) ? stack[0]?.getFunction?.() : undefined;
return f === undefined || inside(f.constructor('return globalThis')());
