// Holes that are filled from the prototype while they are read.
// expect: completed [1,2,3]
const a = [1, , 3];
Object.defineProperty(Array.prototype, 1, { configurable: true, get() {
  a.length = 0;
  return 2;
} });
const copy = [a[0], a[1], 3];
delete Array.prototype[1];
return copy;
