// A patched JSON.parse.
// expect: completed {"x":1}
// sees: a.b {"x":1}
JSON.parse = () => ({ forged: true });
return await tools.a.b({ x: 1 });
