// Symbols as keys of weak collections; a first line that begins with #!.
const key = Symbol('key');
const w = new WeakMap([[key, 1]]);
same([w.get(key), w.delete(key), w.has(key)], [1, true, false]);
assert(new WeakSet([Symbol.iterator]).has(Symbol.iterator), 'well-known');
throws(() => new WeakSet([Symbol.for('registered')]), TypeError);
assert(new WeakRef(key).deref() === key, 'ref');
same((0, eval)('#!/usr/bin/env node\n40 + 2'), 42);
