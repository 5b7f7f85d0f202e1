// Another constructor on the promise of a call.
// expect: completed {"x":1}
const p = tools.a.b({ x: 1 });
p.constructor = {
  [Symbol.species]: class {
    constructor(f) {
      f(() => {}, () => {});
    }
  },
};
return await Promise.resolve(1).then(() => p);
