// A patched JSON.stringify.
// expect: completed {"r":{"x":1}}
// sees: a.b {"x":1}
JSON.stringify = () => '"forged"';
return { r: await tools.a.b({ x: 1 }) };
