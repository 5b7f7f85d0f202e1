// Base64 and hex of bytes, Error.isError, exact sums.
const bytes = new Uint8Array([251, 255, 0]);
same([bytes.toBase64(), bytes.toBase64({ alphabet: 'base64url', omitPadding: true }),
  bytes.toHex()], ['+/8A', '-_8A', 'fbff00']);
same([[...Uint8Array.fromBase64('+/8A')], [...Uint8Array.fromHex('fbff00')]], [[251, 255, 0], [251,
  255, 0]]);
throws(() => Uint8Array.fromBase64('!'), SyntaxError);
throws(() => Uint8Array.fromHex('abc'), SyntaxError);
const into = new Uint8Array(2);
same([into.setFromHex('0102').written, [...into]], [2, [1, 2]]);
same([Error.isError(new TypeError()), Error.isError({ __proto__: Error.prototype })], [true,
  false]);
same([Math.sumPrecise([1e20, 0.1, -1e20]), Math.sumPrecise([0.1, 0.2, 0.3])], [0.1, 0.6]);
throws(() => Math.sumPrecise(['1']), TypeError);
