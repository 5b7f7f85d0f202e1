// Everything that can be deleted is.
// expect: completed {"x":1}
// sees: a.b {"x":1}
const t = tools;
for (const name of Object.getOwnPropertyNames(globalThis)) {
  try {
    delete globalThis[name];
  } catch {}
}
return await t.a.b({ x: 1 });
