// A species on Promise itself.
// expect: completed {"x":1}
Object.defineProperty(Promise, Symbol.species, {
  value: class {
    constructor(f) {
      f((v) => v, (e) => e);
    }
  },
});
return await tools.a.b({ x: 1 });
