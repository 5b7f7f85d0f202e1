// A hundred thousand proxies around each other: native recursion.
// expect: stack_overflow | memory_limit | completed 1
let p = { x: 1 };
for (let i = 0; i < 1e5; i++) p = new Proxy(p, {});
return p.x;
