// vm2 CVE-2023-37466: a species sees the error of an asynchronous overflow.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';

let caught;
const f = async () => {
  const overflow = () => {
    new Error().stack;
    overflow();
  };
  overflow();
};
const p = f();
p.constructor = {
  [Symbol.species]: class {
    constructor(executor) {
      executor(() => {}, (e) => (caught = e));
    }
  },
};
p.then();
await 0;
return caught === undefined || inside(caught.constructor.constructor('return globalThis')());
