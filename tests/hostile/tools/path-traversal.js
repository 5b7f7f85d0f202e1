// A path is a name: it is looked up, never opened.
// expect: completed {}
// sees: ../../etc/passwd {}
return await tools['../../etc/passwd']({});
