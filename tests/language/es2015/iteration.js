// Iterators, generators, for-of, spread; return() is called on early exits.
function* count(n) { try { for (let i = 0; i < n; i++) yield i; } finally { log.push('closed'); } }
const log = [];
same([...count(3)], [0, 1, 2]);
for (const i of count(9)) if (i === 1) break;
same(log, ['closed', 'closed']);
function* outer() { const got = yield* inner(); yield got; }
function* inner() { const sent = yield 'ask'; return sent + '!'; }
const it = outer();
same([it.next().value, it.next('hi').value, it.next().done], ['ask', 'hi!', true]);
const own = { *[Symbol.iterator]() { yield 1; yield 2; } };
same([Math.max(...own), Array.from(own, (x) => x * 10)], [2, [10, 20]]);
const g = count(2);
g.next();
same(g.return(7), { value: 7, done: true });
const t = count(2);
t.next();
throws(() => t.throw(new RangeError('x')), RangeError);
same([...'a😀b'].length, 3);
same([...new Map([[1, 2]]).entries()], [[1, 2]]);
const { value } = (function* () { yield [1]; })().next();
same(value, [1]);
label: for (const i of [1, 2]) for (const j of [1,
  2]) { if (j === 2) continue label; log.push(i * j); }
same(log.slice(-2), [1, 2]);
