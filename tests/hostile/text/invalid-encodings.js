// Bytes that are no UTF-8 become replacement characters.
// expect: completed "���"
return new TextDecoder().decode(new Uint8Array([0xff, 0xc0, 0x80]));
