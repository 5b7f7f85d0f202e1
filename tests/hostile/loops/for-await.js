// An asynchronous generator without end.
// expect: cpu_limit
// cpu: 50
async function* g() {
  for (;;) yield 1;
}
for await (const x of g());
