// An input whose reading makes another call: both are sent, in their order.
// expect: completed {"x":1}
// sees: a.inner {}
// sees: a.outer {"x":1}
return await tools.a.outer({
  get x() {
    tools.a.inner({}).catch(() => {});
    return 1;
  },
});
