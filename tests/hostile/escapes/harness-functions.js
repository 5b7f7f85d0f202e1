// Functions of the harness have the constructor of the guest.
// expect: completed true
const names = ['setTimeout', 'queueMicrotask', 'structuredClone'];
return names.every((n) => globalThis[n].constructor === Function);
