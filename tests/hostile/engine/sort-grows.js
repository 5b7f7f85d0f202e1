// An array that grows while it is sorted.
// expect: completed true | cpu_limit | memory_limit
const a = Array.from({ length: 200 }, (_, i) => -i);
a.sort((x, y) => {
  if (a.length < 1e5) a.push(1, 2, 3);
  return x - y;
});
return Array.isArray(a);
