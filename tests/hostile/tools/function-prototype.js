// What is put on Function.prototype hides no tool.
// expect: completed {"x":1}
// sees: a.b {"x":1}
Function.prototype.b = () => 'forged';
Object.prototype.a = { b: () => 'forged' };
return await tools.a.b({ x: 1 });
