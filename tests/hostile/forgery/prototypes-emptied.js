// Everything that can be taken from the prototypes is: awaiting then gives the promise itself, but
// the call is what it was.
// expect: completed {} | completed {"x":1}
// sees: a.b {"x":1}
const { deleteProperty, ownKeys } = Reflect;
const all = [Object, Array, Function, String, Number, Promise, Error, Map, WeakMap, Proxy, JSON];
for (let i = 0; i < all.length; i++) {
  for (const o of [all[i], all[i].prototype]) {
    if (o === undefined) continue;
    const keys = ownKeys(o);
    for (let k = 0; k < keys.length; k++) {
      if (keys[k] !== Symbol.iterator) deleteProperty(o, keys[k]);
    }
  }
}
return await tools.a.b({ x: 1 });
