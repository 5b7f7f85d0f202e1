// Closures that keep what they saw.
// expect: memory_limit
// memory: 16
let f = () => 0;
for (;;) {
  const before = f;
  const ballast = new Array(100).fill(0);
  f = () => [before, ballast];
}
