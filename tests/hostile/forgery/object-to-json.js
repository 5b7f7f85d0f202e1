// A toJSON for all objects: it changes what this program returns, as the language says.
// expect: completed "own"
Object.prototype.toJSON = () => 'own';
return { a: 1 };
