// isolated-vm: memory given to the host is copied as data, not shared.
// expect: completed {"b":{"0":1,"1":2}}
// sees: a.b {"b":{"0":1,"1":2}}
const b = new Uint8Array([1, 2]);
const p = tools.a.b({ b });
b[0] = 99;
return await p;
