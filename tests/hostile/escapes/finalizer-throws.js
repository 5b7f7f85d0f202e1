// A finalizer that throws while memory is collected.
// expect: completed 1
const registry = new FinalizationRegistry(() => {
  throw new Error('late');
});
for (let i = 0; i < 20000; i++) registry.register({ i }, i);
await tools.a.b({});
return 1;
