// The constructor of a tool makes guest functions, nothing else.
// expect: completed true
// calls: 0
return tools.a.b.constructor('return globalThis')() === globalThis;
