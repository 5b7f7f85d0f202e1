// A toJSON for all objects turns no input into something else.
// expect: program_error TypeError
// calls: 0
Object.prototype.toJSON = () => 'forged';
await tools.a.b({ x: 1 });
