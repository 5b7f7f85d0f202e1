// Half a character in a path is replaced.
// expect: completed {}
// sees: a.� {}
return await tools.a['\ud800']({});
