// vm2 CVE-2023-32314: a name whose toString is a proxy for the caller's arguments.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';

const results = [];
const e = new Error('x');
e.name = {
  toString: new Proxy(() => '', {
    apply(target, self, args) {
      results.push(inside(args.constructor.constructor('return globalThis')()));
      return 'E';
    },
  }),
};
`${e}`;
console.log(e);
return results.every((x) => x);
