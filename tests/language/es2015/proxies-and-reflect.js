// Every trap of a Proxy, and Reflect as its mirror.
const seen = [];
const handler = new Proxy({}, { get(_, trap) { return (...args) => {
  seen.push(trap);
  return Reflect[trap](...args);
}; } });
const p = new Proxy(function () { return 1; }, handler);
p.a = 1; p.a; 'a' in p; delete p.a; Object.keys(p); p(); new p(); Object.getPrototypeOf(p);
Object.setPrototypeOf(p, Function.prototype); Object.isExtensible(p); Object.preventExtensions(p);
Object.defineProperty(new Proxy({}, handler), 'x', { value: 1 });
for (const trap of ['get', 'set', 'has', 'deleteProperty', 'ownKeys', 'apply', 'construct',
  'getPrototypeOf', 'setPrototypeOf', 'isExtensible', 'preventExtensions', 'defineProperty',
  'getOwnPropertyDescriptor']) assert(seen.includes(trap), trap);
const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
throws(() => proxy.a, TypeError);
throws(() => new Proxy(Object.freeze({ a: 1 }), { get: () => 2 }).a, TypeError);
same(Reflect.ownKeys({ b: 1, 2: 1, 1: 1, [Symbol.iterator]: 1 }).length, 4);
same(Reflect.apply(Math.max, null, [1, 3]), 3);
assert(Reflect.construct(Array, [], Map) instanceof Map, 'newTarget');
