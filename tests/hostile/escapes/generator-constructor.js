// SES: constructors that no global names: generators.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';
const G = function* () {}.constructor;
return inside(G('yield globalThis')().next().value);
