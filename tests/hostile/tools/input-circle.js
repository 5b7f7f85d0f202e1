// An input that contains itself.
// expect: program_error TypeError
// calls: 0
const o = {};
o.o = o;
await tools.a.b(o);
