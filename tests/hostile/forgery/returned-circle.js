// A value that contains itself.
// expect: result_not_serializable
const o = { a: {} };
o.a.b = o;
return o;
