// An outcome with a key `then` is data.
// expect: completed {"then":1}
return await tools.a.b({ then: 1 });
