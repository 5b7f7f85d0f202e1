// No prototype of `tools` leads out of the guest.
// expect: completed true
// calls: 0
let p = tools;
let last;
for (let i = 0; i < 10 && p; i++) [last, p] = [p, Object.getPrototypeOf(p)];
return last === Object.prototype;
