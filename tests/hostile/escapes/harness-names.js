// No global name of the harness is left behind.
// expect: completed []
return Object.getOwnPropertyNames(globalThis).filter((n) => /host|harness|executor|__/i.test(n));
