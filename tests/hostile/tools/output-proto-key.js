// An outcome with a key `__proto__` pollutes nothing.
// expect: completed [true,["__proto__"]]
const r = await tools.a.b(JSON.parse('{"__proto__": {"admin": true}}'));
return [({}).admin === undefined, Object.keys(r)];
