// includes, **, padStart, Object.values and fromEntries, flat, trimStart, optional catch.
same([[NaN].includes(NaN), [1, 2].includes(3)], [true, false]);
same([2 ** 10, (-2) ** 2, 2 ** -1, 2 ** 3 ** 2], [1024, 4, 0.5, 512]);
let n = 3; n **= 2;
same(n, 9);
same(['5'.padStart(3, '0'), 'a'.padEnd(3, 'xy')], ['005', 'axy']);
same([Object.values({ a: 1 }), Object.entries({ a: 1 }), Object.fromEntries([['a', 1]])],
  [[1], [['a', 1]], { a: 1 }]);
same(Object.keys(Object.getOwnPropertyDescriptors({ get a() { return 1; } }).a).length, 4);
same([[1, [2, [3]]].flat(Infinity), [1, 2].flatMap((x) => [x, x])], [[1, 2, 3], [1, 1, 2, 2]]);
same([' a '.trimStart(), ' a '.trimEnd()], ['a ', ' a']);
try { throw 1; } catch { n = 1; }
same(n, 1);
same([Symbol('d').description, 'abc'.at(-1), [3, 1, 2].sort().join('')], ['d', 'c', '123']);
same(JSON.stringify('\ud800'), '"\\ud800"');
same((function ( a ,b) { }).toString(), 'function ( a ,b) { }');
const stable = Array.from({ length: 600 }, (_, i) => ({ k: i % 2, i })).sort((a, b) => a.k - b.k);
assert(stable.every((v, i) => i === 0 || v.k !== stable[i - 1].k || v.i > stable[i - 1].i),
  'stable');
same({ ...{ a: 1, b: 2 }, b: 3, ...null }, { a: 1, b: 3 });
