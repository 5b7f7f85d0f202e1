// Set algebra, also with what only looks like a set.
const a = new Set([1, 2, 3]), b = new Set([3, 4]);
same([[...a.union(b)], [...a.intersection(b)], [...a.difference(b)], [...a.symmetricDifference(b)]],
  [[1, 2, 3, 4], [3], [1, 2], [1, 2, 4]]);
same([new Set([1]).isSubsetOf(a), a.isSupersetOf(new Set([1])), a.isDisjointFrom(new Set([9]))],
  [true, true, true]);
same([...a.intersection(new Map([[2, 'x']]))], [2]);
same([...a.union({ size: 1, has: (x) => x === 7, keys: () => [7].values() })], [1, 2, 3, 7]);
throws(() => a.union([1]), TypeError);
throws(() => a.union({ size: NaN, has() { }, keys() { } }), TypeError);
