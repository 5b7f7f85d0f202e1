// A key `__proto__` is a key like others.
// expect: completed {"__proto__":{"admin":true}}
// sees: a.b {"__proto__":{"admin":true}}
return await tools.a.b(JSON.parse('{"__proto__": {"admin": true}}'));
