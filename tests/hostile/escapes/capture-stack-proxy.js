// captureStackTrace on a proxy that watches.
// expect: completed true | program_error
const keys = [];
const defineProperty = (t, k, d) => (keys.push(k), Reflect.defineProperty(t, k, d));
const p = new Proxy({}, { defineProperty });
Error.captureStackTrace?.(p);
return keys.every((k) => k === 'stack');
