// A program that redefines what its wrapper might use.
// expect: completed {"x":1}
const Promise = null;
const undefined_ = 1;
var globalThis_ = 2;
return await tools.a.b({ x: 1 });
