// Indices of a text that are objects and change their mind.
// expect: completed ""
let n = 0;
const o = { valueOf: () => (n++ ? -1e300 : 1e300) };
return 'abc'.slice(o, o).substring(NaN, Infinity);
