// Indices far outside.
// expect: completed [null,null,null]
const a = new Uint32Array(4);
return [a[-1], a[4294967296], a[2 ** 53]].map((x) => x ?? null);
