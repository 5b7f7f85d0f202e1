// Templates are made by String.prototype.concat, which a program can patch: no template may stand
// where the harness makes calls.
// expect: completed {"seen":[],"r":{"x":1}}
// sees: a.b {"x":1}
const seen = [];
String.prototype.concat = function (...parts) {
  seen.push([this, parts]);
  return 'forged';
};
const r = await tools.a.b({ x: 1 });
return { seen, r };
