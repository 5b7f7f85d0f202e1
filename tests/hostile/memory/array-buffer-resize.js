// A buffer that grows as it is asked to.
// expect: memory_limit | program_error
// memory: 16
const b = new ArrayBuffer(1 << 20, { maxByteLength: 1 << 30 });
for (let size = 1 << 20; ; size += 1 << 20) b.resize(size);
