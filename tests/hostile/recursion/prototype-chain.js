// A property at the end of a hundred thousand prototypes.
// expect: completed 1 | stack_overflow
let o = { x: 1 };
for (let i = 0; i < 1e5; i++) o = Object.create(o);
return o.x;
