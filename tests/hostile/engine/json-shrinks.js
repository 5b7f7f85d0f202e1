// An array that shrinks while it becomes JSON.
// expect: completed true
const a = [{ toJSON() {
  a.length = 1;
  return 1;
} }, 2, 3, 4];
return typeof JSON.stringify(a) === "string";
