// fromAsync, getOrInsert, Iterator.concat and zip.
same(await Array.fromAsync((async function* () { yield 1; yield 2; })()), [1, 2]);
same(await Array.fromAsync([Promise.resolve(1), 2], async (x) => x * 2), [2, 4]);
same(await Array.fromAsync({ length: 2, 0: 'a', 1: Promise.resolve('b') }), ['a', 'b']);
const m = new Map([['a', 1]]);
same([m.getOrInsert('a', 9), m.getOrInsert('b', 2), m.getOrInsertComputed('c', (k) => k + '!')],
  [1, 2, 'c!']);
const key = {};
same(new WeakMap().getOrInsert(key, 5), 5);
same(Iterator.concat([1], new Set([2, 3])).toArray(), [1, 2, 3]);
same(Iterator.zip([[1, 2], ['a', 'b']]).toArray(), [[1, 'a'], [2, 'b']]);
same(Iterator.zip([[1, 2], ['a']], { mode: 'longest', padding: [0, '-'] }).toArray(), [[1, 'a'],
  [2, '-']]);
throws(() => Iterator.zip([[1, 2], ['a']], { mode: 'strict' }).toArray(), TypeError);
