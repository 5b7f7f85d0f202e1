// Patched call, apply and bind.
// expect: completed {"x":1}
// sees: a.b {"x":1}
Function.prototype.call = Function.prototype.apply = () => 'forged';
Function.prototype.bind = () => () => 'forged';
Reflect.apply = () => 'forged';
return await tools.a.b({ x: 1 });
