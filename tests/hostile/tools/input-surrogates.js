// Half characters in the input stay what JSON makes of them.
// expect: completed 1
// sees: a.b {"\ud800":"\udfff"}
const r = await tools.a.b({ '\ud800': '\udfff' });
return Object.keys(r).length;
