// What floats when the program throws is not sent any more.
// expect: program_error Error
// calls: 0
(async () => {
  await 0;
  for (;;) await tools.a.late({});
})();
throw new Error('end');
