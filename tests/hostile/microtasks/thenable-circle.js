// A thenable that resolves with itself.
// expect: cpu_limit
// cpu: 50
const t = {
  then(resolve) {
    resolve(t);
  },
};
await t;
