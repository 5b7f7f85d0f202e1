// Another way to call is one call.
// expect: completed {"x":1}
// sees: a.b {"x":1}
return await Reflect.apply(tools.a.b, { forged: true }, [{ x: 1 }]);
