// Raw JSON may only be a primitive: nothing is smuggled into the text.
// expect: completed true | program_error
if (!JSON.rawJSON) return true;
try {
  JSON.rawJSON('{"forged": true}');
} catch {
  return true;
}
