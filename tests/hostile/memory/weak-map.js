// Weak keys that are held after all.
// expect: memory_limit
// memory: 16
const weak = new WeakMap();
const held = [];
for (;;) {
  const key = {};
  weak.set(key, new Array(100).fill(key));
  held.push(key);
}
