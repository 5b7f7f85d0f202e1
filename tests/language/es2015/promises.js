// Promises: order, chaining, combinators, thenables.
const log = [];
Promise.resolve().then(() => log.push('a')).then(() => log.push('c'));
Promise.resolve().then(() => log.push('b'));
await null; await null; await null;
same(log, ['a', 'b', 'c']);
same(await Promise.all([1, Promise.resolve(2), { then(f) { f(3); } }]), [1, 2, 3]);
same(await Promise.race([new Promise(() => { }), Promise.resolve('first')]), 'first');
same(await Promise.reject(new Error('x')).catch((e) => e.message), 'x');
same(await new Promise((_, reject) => reject(1)).then(null, (v) => v + 1), 2);
await throwsAsync(() => Promise.all([1, Promise.reject(new RangeError('r'))]), RangeError);
class Sub extends Promise { }
assert(Sub.resolve(1).then(() => { }) instanceof Sub, 'species');
const self = new Promise((r) => setTimeout(() => r(self), 0));
await throwsAsync(() => self, TypeError);
