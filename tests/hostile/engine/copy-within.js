// copyWithin whose buffer shrinks on the way.
// expect: completed true | program_error
const b = new ArrayBuffer(4096, { maxByteLength: 4096 });
const a = new Uint8Array(b);
a.copyWithin(0, { valueOf() {
  b.resize(16);
  return 2048;
} });
return b.byteLength === 16;
