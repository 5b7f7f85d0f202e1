// The same: asynchronous generators.
// expect: completed true
const inside = (g) =>
  g === globalThis && typeof g.std === 'undefined' && typeof g.os === 'undefined';
const AG = async function* () {}.constructor;
return inside((await AG('yield globalThis')().next()).value);
