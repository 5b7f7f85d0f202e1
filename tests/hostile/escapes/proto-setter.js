// SandboxJS: writing through __proto__ of a primitive.
// expect: completed {"x":1}
// sees: a.b {"x":1}
(1).__proto__.__proto__.polluted = 'yes';
''.__proto__.at = () => 'forged';
return await tools.a.b({ x: 1 });
