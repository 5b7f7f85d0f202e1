// A patched array iterator.
// expect: completed {"x":1}
// sees: a.b {"x":1}
Array.prototype[Symbol.iterator] = function* () {
  yield 'forged';
};
Object.getPrototypeOf([].values()).next = () => ({ done: true });
return await tools.a.b({ x: 1 });
