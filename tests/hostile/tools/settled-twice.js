// The functions that settle a call are not to be had.
// expect: completed {"x":1}
// sees: a.b {"x":1}
const seen = [];
const Real = Promise;
globalThis.Promise = class extends Real {
  constructor(f) {
    super((resolve, reject) => {
      seen.push(resolve);
      f(resolve, reject);
    });
  }
};
const p = tools.a.b({ x: 1 });
for (const resolve of seen) resolve('forged');
return await p;
