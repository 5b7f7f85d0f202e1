// groupBy, withResolvers.
const groups = Object.groupBy([1, 2, 3], (n, i) => i === 0 ? 'first' : n % 2 ? 'odd' : 'even');
same(groups, { first: [1], even: [2], odd: [3] });
same(Object.getPrototypeOf(groups), null);
const byObject = Map.groupBy([{ o: list0() }, { o: -0 }], (x) => typeof x.o);
function list0() { return 0; }
same([...byObject.keys()], ['number']);
same(Map.groupBy([0, -0], (x) => x).size, 1);
throws(() => Object.groupBy(null, () => 1), TypeError);
const { promise, resolve, reject } = Promise.withResolvers();
setTimeout(() => resolve('later'), 1);
same(await promise, 'later');
same(typeof reject, 'function');
class Sub extends Promise { }
assert(Sub.withResolvers().promise instanceof Sub, 'subclass');
