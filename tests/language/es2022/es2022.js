// at, hasOwn, cause, match indices, top-level await.
same([[1, 2, 3].at(-1), 'abc'.at(-2), new Uint8Array([1, 2]).at(-1), [].at(0)], [3, 'b', 2,
  undefined]);
same([Object.hasOwn({ a: 1 }, 'a'), Object.hasOwn(Object.create({ a: 1 }), 'a')], [true, false]);
const cause = new Error('inner');
assert(new Error('outer', { cause }).cause === cause, 'cause');
assert(!('cause' in new Error('none')), 'no cause');
const m = /a(?<rest>b+)/d.exec('xabb');
same([m.indices[0], m.indices.groups.rest], [[1, 4], [2, 4]]);
same(await Promise.resolve('top'), 'top');
assert(/a/d.hasIndices, 'flag');
