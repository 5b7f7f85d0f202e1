// A function has no JSON.
// expect: completed null
return () => {};
