// A path made of an object is the text of it.
// expect: completed {}
// sees: a.b {}
return await tools.a[{ toString: () => 'b' }]({});
