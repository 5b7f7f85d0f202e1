// Timers, microtasks, structuredClone, performance, crypto.
const log = [];
setTimeout(() => log.push('timer'), 0);
queueMicrotask(() => log.push('micro'));
log.push('sync');
await new Promise((r) => setTimeout(r, 5));
same(log, ['sync', 'micro', 'timer']);
const id = setInterval(() => { if (log.push('tick') > 5) clearInterval(id); }, 1);
await new Promise((r) => setTimeout(r, 20));
same(log.filter((x) => x === 'tick').length, 3);
const a = { d: new Date(5), m: new Map([[1, new Set([2])]]), e: new RangeError('x'), n: -0,
  u: undefined, b: 1n };
a.self = a;
const c = structuredClone(a);
assert(c !== a && c.self === c && Object.is(c.n, -0) && 'u' in c && c.b === 1n, 'clone');
same([c.d.getTime(), [...c.m.get(1)], c.e.name], [5, [2], 'RangeError']);
throws(() => structuredClone(() => 1), DOMException);
assert(/^[0-9a-f-]{36}$/.test(crypto.randomUUID()), 'uuid');
same(crypto.getRandomValues(new Uint32Array(4)).length, 4);
assert(performance.now() >= 0, 'now');
throws(() => setTimeout('code'), TypeError);
