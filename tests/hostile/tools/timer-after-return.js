// A timer that would fire after the return.
// expect: completed 1
// calls: 0
setTimeout(() => tools.a.late({}), 0);
return 1;
