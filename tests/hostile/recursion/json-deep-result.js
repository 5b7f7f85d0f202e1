// A result of a hundred thousand levels.
// expect: stack_overflow | result_not_serializable
let o = [];
for (let i = 0; i < 1e5; i++) o = { o };
return o;
