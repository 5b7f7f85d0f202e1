// A typed array that loses its buffer while it is set.
// expect: completed true | program_error
const a = new Uint8Array(1000);
a.set({ length: 10, get 0() {
  a.buffer.transfer?.(0);
  return 1;
} });
return a.length >= 0;
