// A comparator without order.
// expect: completed 100000
// cpu: 2000
let n = 1;
const a = Array.from({ length: 1e5 }, (_, i) => i);
a.sort(() => ((n = (n * 1103515245 + 12345) & 0x7fffffff) % 3) - 1);
return a.length;
