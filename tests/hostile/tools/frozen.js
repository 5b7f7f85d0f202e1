// Freezing `tools` changes no call.
// expect: completed {"x":1}
// sees: a.b {"x":1}
try {
  Object.freeze(tools);
} catch {}
return await tools.a.b({ x: 1 });
