// A proxy that is its own prototype.
// expect: stack_overflow | program_error
const p = new Proxy({}, {});
Object.setPrototypeOf(p, p);
return p.x;
