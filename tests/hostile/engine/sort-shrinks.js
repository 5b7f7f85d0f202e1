// An array that shrinks while it is sorted.
// expect: completed true
const a = Array.from({ length: 1000 }, (_, i) => -i);
a.sort((x, y) => {
  a.length = 0;
  return x - y;
});
return Array.isArray(a);
