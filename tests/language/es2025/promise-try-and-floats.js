// Promise.try, Float16Array.
same(await Promise.try((a, b) => a + b, 1, 2), 3);
await throwsAsync(() => Promise.try(() => { throw new RangeError('sync'); }), RangeError);
same(await Promise.try(async () => 4), 4);
const f = new Float16Array([1.1, 65504, 65520]);
same([f[0], f[1], f[2]], [1.099609375, 65504, null].map((v) => v ?? Infinity));
same([Math.f16round(1.337), new DataView(new ArrayBuffer(2)).getFloat16(0)], [1.3369140625, 0]);
