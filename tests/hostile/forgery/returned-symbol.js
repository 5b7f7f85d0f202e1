// A symbol has no JSON.
// expect: completed null
return Symbol('x');
