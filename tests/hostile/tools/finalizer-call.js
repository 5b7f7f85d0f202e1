// A finalizer that would make a call after the return.
// expect: completed 1
// calls: 0
const registry = new FinalizationRegistry(() => tools.a.late({}));
for (let i = 0; i < 1000; i++) registry.register({}, i);
return 1;
