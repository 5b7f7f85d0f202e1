// Map, Set, WeakMap, WeakSet, Symbol and what well-known symbols change.
const m = new Map([[NaN, 'nan'], [-0, 'zero']]);
same([m.get(NaN), m.get(0), m.size], ['nan', 'zero', 2]);
m.delete(NaN);
m.set('a', 1).set('b', 2);
same([...m.keys()], [0, 'a', 'b']);
const s = new Set([1, 1, 2]);
const order = [];
s.forEach((v) => { order.push(v); if (v === 1) s.add(3); });
same(order, [1, 2, 3]);
const key = {};
const w = new WeakMap([[key, 1]]);
same([w.get(key), w.has({}), new WeakSet([key]).has(key)], [1, false, true]);
throws(() => new WeakMap([[1, 2]]), TypeError);
const sym = Symbol('d');
same([sym.description, Symbol.for('x') === Symbol.for('x'), Symbol.keyFor(Symbol.for('x'))],
  ['d', true, 'x']);
class Even { static [Symbol.hasInstance](n) { return n % 2 === 0; } }
assert(2 instanceof Even && !(1 instanceof Even), 'hasInstance');
same(`${{ [Symbol.toPrimitive]: (hint) => hint }}`, 'string');
same(Object.prototype.toString.call({ [Symbol.toStringTag]: 'T' }), '[object T]');
same([1].concat({ length: 1, 0: 'a', [Symbol.isConcatSpreadable]: true }), [1, 'a']);
class Plain extends Array { static get [Symbol.species]() { return Array; } }
assert(!(new Plain(1, 2).map((x) => x) instanceof Plain), 'species');
