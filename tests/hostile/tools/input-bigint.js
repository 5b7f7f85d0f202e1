// A BigInt is decimal text.
// expect: completed {"n":"18446744073709551616"}
return await tools.a.b({ n: 2n ** 64n });
