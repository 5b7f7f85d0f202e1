// Atomics on memory that cannot be shared.
// expect: completed true | program_error
const a = new Int32Array(4);
Atomics.add(a, 0, 1);
try {
  Atomics.notify(a, 0, 1);
} catch {}
return a[0] === 1;
