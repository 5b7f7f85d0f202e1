// isolated-vm: a function given to the host as input is dropped.
// expect: completed {"x":1}
// sees: a.b {"x":1}
return await tools.a.b({
  x: 1,
  f() {
    return globalThis;
  },
});
