// BigInt, ?., ??, matchAll, allSettled, globalThis, for-in order.
same([String(2n ** 64n), typeof 1n, 5n / 2n === 2n, 1n < 2, 2n == 2], ['18446744073709551616',
  'bigint', true, true, true]);
same([BigInt.asUintN(8, 257n) === 1n, BigInt.asIntN(8, 255n) === -1n, -7n % 3n === -1n], [true,
  true, true]);
throws(() => 1n + 1, TypeError);
throws(() => BigInt(1.5), RangeError);
throws(() => Math.max(1n), TypeError);
const o = { a: { b: null }, f() { return this.a; } };
same([o?.a?.b?.c, o.x?.[1].y.z, o.g?.(), o.f?.().b], [undefined, undefined, undefined,
  null].map((v) => v));
let calls = 0;
same([null?.[calls++], calls], [undefined, 0]);
same([0 ?? 1, null ?? 1, undefined ?? 1, '' ?? 1], [0, 1, 1, '']);
same([...'a1b2'.matchAll(/[a-z](\d)/g)].map((m) => m[1]), ['1', '2']);
throws(() => 'a'.matchAll(/a/), TypeError);
same((await Promise.allSettled([1, Promise.reject(2)])).map((r) => r.status), ['fulfilled',
  'rejected']);
assert(globalThis.Object === Object, 'globalThis');
same([...new BigInt64Array([-1n])].map(String), ['-1']);
const keys = [];
for (const k in { b: 1, 2: 1, a: 1, 1: 1 }) keys.push(k);
same(keys, ['1', '2', 'b', 'a']);
