// A proxy that breaks what a proxy must keep.
// expect: program_error TypeError
const t = Object.freeze({ x: 1 });
return new Proxy(t, { get: () => 2 }).x;
