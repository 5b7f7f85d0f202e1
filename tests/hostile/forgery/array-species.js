// A species on Array.
// expect: completed {"x":[2]}
Object.defineProperty(Array, Symbol.species, { value: function () { return { length: 0 }; } });
return await tools.a.b({ x: [2] });
