// A map that is emptied while it is walked.
// expect: completed true
const m = new Map(Array.from({ length: 1000 }, (_, i) => [i, i]));
let n = 0;
m.forEach((v, k) => {
  m.clear();
  if (n++ < 1000) m.set(k + 1, v);
});
return n > 0;
