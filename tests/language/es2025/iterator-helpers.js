// Lazy iterators: they take only what is asked for, and close what they came from.
function* naturals() { try { for (let i = 0; ; i++) yield i; } finally { closed++; } }
let closed = 0;
same(naturals().filter((x) => x % 2).map((x) => x * x).drop(1).take(3).toArray(), [9, 25, 49]);
same(closed, 1);
same(Iterator.from({ next() { return { done: true }; } }).toArray(), []);
same([1, 2, 3].values().reduce((a, b) => a + b), 6);
same([[1, 2].values().some((x) => x > 1), [1, 2].values().every((x) => x > 1)], [true, false]);
same([1, 2].values().flatMap((x) => [x, x]).toArray(), [1, 1, 2, 2]);
same([1, 2, 3].values().find((x) => x > 1), 2);
const seen = [];
new Set([1, 2]).values().forEach((x, i) => seen.push([x, i]));
same(seen, [[1, 0], [2, 1]]);
throws(() => naturals().take(-1), RangeError);
throws(() => new Iterator(), TypeError);
class Mine extends Iterator { next() { return { done: true }; } }
same(new Mine().toArray(), []);
assert(naturals() instanceof Iterator, 'generators are iterators');
throws(() => [1].values().flatMap(() => 1).toArray(), TypeError);
