// Change by copy, find from the end.
const list = Object.freeze([3, 1, 2]);
same(list.toSorted(), [1, 2, 3]);
same(list.toSorted((a, b) => b - a), [3, 2, 1]);
same(list.toReversed(), [2, 1, 3]);
same(list.toSpliced(1, 1, 'x', 'y'), [3, 'x', 'y', 2]);
same(list.with(-1, 9), [3, 1, 9]);
throws(() => list.with(3, 0), RangeError);
throws(() => list.toSorted('no'), TypeError);
same([list.findLast((x) => x > 1), list.findLastIndex((x) => x > 1),
  list.findLastIndex((x) => x > 9)], [2, 2, -1]);
same([, 1].toSorted().length, 2);
assert(0 in [, 1].toReversed() && 1 in [, 1].toReversed(), 'holes become undefined');
const t = new Uint8Array([3, 1, 2]);
same([[...t.toSorted()], [...t.toReversed()], [...t.with(0, 9)], t.findLast((x) => x > 1)], [[1, 2,
  3], [2, 1, 3], [9, 1, 2], 2]);
throws(() => Array.prototype.with.call({ length: 2 ** 32 }, 0, 1), RangeError);
same(Array.prototype.toSpliced.call({ length: 1, 0: 'a' }, 0, 0, 'b'), ['b', 'a']);
