// Setters on Object.prototype see nothing of an error that the host makes.
// expect: completed []
// tools: deny
const seen = [];
for (const name of ['message', 'stack', 'code', 'hint', 'toolPath', 'status', 'body']) {
  Object.defineProperty(Object.prototype, name, {
    configurable: true,
    set(v) {
      seen.push(v);
    },
  });
}
try {
  await tools.a.b({});
} catch {}
return seen;
