// A patched Promise.prototype.then.
// expect: completed {"x":1}
// sees: a.b {"x":1}
Promise.prototype.then = () => 'forged';
return await tools.a.b({ x: 1 });
