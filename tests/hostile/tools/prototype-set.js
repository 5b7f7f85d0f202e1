// Another prototype changes no call.
// expect: completed {"x":1}
// sees: a.b {"x":1}
const forged = { b: () => 'forged', apply: () => 'forged' };
try {
  Object.setPrototypeOf(tools.a, forged);
  Object.setPrototypeOf(tools, forged);
} catch {}
return await tools.a.b({ x: 1 });
