// Patched collections.
// expect: completed {"x":1}
// sees: a.b {"x":1}
for (const { prototype } of [Map, Set, WeakMap]) {
  prototype.get = prototype.has = prototype.set = () => 'forged';
}
return await tools.a.b({ x: 1 });
