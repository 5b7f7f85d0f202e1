// A buffer that shrinks while it is filled.
// expect: completed true | program_error
const b = new ArrayBuffer(1 << 16, { maxByteLength: 1 << 16 });
const a = new Uint8Array(b);
a.fill({ valueOf() {
  b.resize(1);
  return 7;
} });
return b.byteLength === 1;
