// JSON of a hundred thousand levels.
// expect: stack_overflow
let o = [];
for (let i = 0; i < 1e5; i++) o = [o];
return JSON.stringify(o).length;
