// What floats when the program returns is not sent any more.
// expect: completed 1
// calls: 0
(async () => {
  await 0;
  for (;;) await tools.a.late({});
})();
return 1;
