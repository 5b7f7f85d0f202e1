// The same for the texts of errors that the harness makes.
// expect: completed "The input of tools.a.b() must be an object, got a number."
String.prototype.concat = () => 'forged';
try {
  await tools.a.b(5);
} catch (e) {
  return e.message;
}
