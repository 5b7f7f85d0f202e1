// replaceAll, Promise.any, WeakRef, logical assignment, numeric separators.
same(['a-b-c'.replaceAll('-', '+'), 'aa'.replaceAll(/a/g, (m, at) => at)], ['a+b+c', '01']);
throws(() => 'a'.replaceAll(/a/, ''), TypeError);
same(await Promise.any([Promise.reject(1), Promise.resolve(2)]), 2);
try {
  await Promise.any([Promise.reject(1), Promise.reject(2)]);
  assert(false, 'unreached');
} catch (e) { same([e.constructor.name, e.errors], ['AggregateError', [1, 2]]); }
same(new AggregateError([1], 'm').message, 'm');
const target = {};
assert(new WeakRef(target).deref() === target, 'deref');
new FinalizationRegistry(() => { }).register(target, 1);
let a = null, b = 0, c = 1, d = { get x() { return 1; } };
a ??= 5; b ||= 6; c &&= 7;
same([a, b, c], [5, 6, 7]);
d.x ??= 9;
same(1_000_000 + 0xff_ff + 0b1_0, 1065537);
throws(() => (0, eval)('1__0'), SyntaxError);
