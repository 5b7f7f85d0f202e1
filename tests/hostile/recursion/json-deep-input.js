// A call whose input is a hundred thousand levels deep.
// expect: stack_overflow | program_error
// calls: 0
let o = [];
for (let i = 0; i < 1e5; i++) o = { o };
await tools.a.b({ o });
