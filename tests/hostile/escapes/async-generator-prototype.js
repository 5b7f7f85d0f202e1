// The prototypes of asynchronous generators lead nowhere else.
// expect: completed true
let p = (async function* () {})();
let last;
while (p) [last, p] = [p, Object.getPrototypeOf(p)];
return last === Object.prototype;
