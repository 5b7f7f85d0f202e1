// A function that awaits its own end.
// expect: deadlock
let p;
p = (async () => {
  await 0;
  await p;
})();
await p;
