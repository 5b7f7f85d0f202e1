// A generator without end.
// expect: cpu_limit
// cpu: 50
function* g() {
  for (;;) yield 1;
}
for (const x of g());
