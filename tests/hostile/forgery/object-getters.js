// Descriptors inherit from a polluted Object.prototype.
// expect: completed {"x":1}
// sees: a.b {"x":1}
Object.prototype.get = () => 'forged';
Object.prototype.value = 'forged';
Object.prototype.writable = false;
return await tools.a.b({ x: 1 });
