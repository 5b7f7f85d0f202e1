// Copying a hundred thousand levels.
// expect: stack_overflow | program_error | completed 1
let o = {};
for (let i = 0; i < 1e5; i++) o = { o };
structuredClone(o);
return 1;
