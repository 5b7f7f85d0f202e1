// Line separators that are text in JSON and lines in scripts.
// expect: completed [8232,8233]
const r = await tools.a.b({ x: '\u2028\u2029' });
return [r.x.charCodeAt(0), r.x.charCodeAt(1)];
