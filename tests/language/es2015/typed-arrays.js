// Buffers, views, endianness, clamping, and the methods shared with arrays.
const buffer = new ArrayBuffer(8);
const view = new DataView(buffer);
view.setInt16(0, -2); view.setFloat32(4, 1.5, true);
same([view.getUint8(0), view.getUint16(0), view.getFloat32(4, true)], [255, 65534, 1.5]);
same([...new Uint8Array(buffer, 0, 2)], [255, 254]);
same([...new Uint8ClampedArray([300, -5, 1.5, 2.5])], [255, 0, 2, 2]);
same([...new Int8Array([200, -200])], [-56, 56]);
const u = Uint16Array.from([3, 1, 2]);
same([[...u.sort()], u.indexOf(2), u.subarray(1).length, [...u.slice(1)]], [[1, 2, 3], 1, 2, [2,
  3]]);
u.set([9], 2);
u.fill(7, 0, 1); u.copyWithin(1, 0, 1);
same([...u], [7, 7, 9]);
throws(() => new Uint16Array(new ArrayBuffer(3)), RangeError);
throws(() => new Uint8Array(-1), RangeError);
same([Uint32Array.BYTES_PER_ELEMENT, ArrayBuffer.isView(u)], [4, true]);
same(new Float64Array([NaN, 1])[0] !== new Float64Array([NaN])[0], true);
