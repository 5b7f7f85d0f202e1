// Registered symbols of hosts are only symbols.
// expect: completed {"x":1}
// sees: a.b {"x":1}
const o = { x: 1 };
for (const name of ['nodejs.rejection', 'nodejs.util.inspect.custom', 'executor.host']) {
  o[Symbol.for(name)] = () => 'forged';
}
return await tools.a.b(o);
