// A function bound a hundred thousand times: native recursion.
// expect: stack_overflow | memory_limit | completed 1
let f = () => 1;
for (let i = 0; i < 1e5; i++) f = f.bind(null);
return f();
