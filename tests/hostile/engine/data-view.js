// A view that is larger than its buffer became.
// expect: completed "refused" | program_error
const b = new ArrayBuffer(1 << 16, { maxByteLength: 1 << 16 });
const v = new DataView(b, 1000);
b.resize(8);
try {
  v.getFloat64(60000);
} catch {
  return 'refused';
}
