// Weak references tell nothing across turns that the host did not decide.
// expect: completed true
let target = { x: 1 };
const ref = new WeakRef(target);
await tools.a.b({});
return ref.deref() === target;
