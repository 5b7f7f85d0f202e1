// A set that grows while its iterator is held.
// expect: cpu_limit
// cpu: 50
const s = new Set([0]);
for (const x of s) {
  s.delete(x);
  s.add(x + 1);
}
