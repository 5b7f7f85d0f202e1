// Resizable buffers, transfer. Shared ones do not grow here: there is nobody to share with.
const b = new ArrayBuffer(2, { maxByteLength: 8 });
const whole = new Uint8Array(b), part = new Uint8Array(b, 1, 1);
b.resize(4);
same([b.resizable, b.maxByteLength, whole.length, part.length], [true, 8, 4, 1]);
b.resize(1);
same([whole.length, part.length], [1, 0]);
throws(() => b.resize(9), RangeError);
const moved = b.transfer(2);
same([b.detached, moved.byteLength, moved.resizable], [true, 2, true]);
throws(() => new Uint8Array(b), TypeError);
same(new ArrayBuffer(1).transferToFixedLength().resizable, false);
