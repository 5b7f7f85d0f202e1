// Threads and shared memory that waits.
// expect: completed ["undefined","refused"]
let waited = 'refused';
try {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  waited = 'waited';
} catch {}
return [typeof Worker, waited];
