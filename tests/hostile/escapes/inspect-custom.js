// vm2 CVE-2023-37903: a custom inspector is given functions of the host.
// expect: completed true
let given = [];
console.log({
  [Symbol.for('nodejs.util.inspect.custom')](...args) {
    given = args;
  },
  inspect(...args) {
    given = args;
  },
});
return given.every((x) => typeof x !== 'function');
