// Symbols of a tool are undefined.
// expect: completed [null,null,null,null]
// calls: 0
const { iterator, toPrimitive, species, asyncIterator } = Symbol;
return [iterator, toPrimitive, species, asyncIterator].map((s) => tools.a[s] ?? null);
