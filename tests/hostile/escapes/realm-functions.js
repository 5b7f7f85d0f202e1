// isolated-vm: the functions its references have are only tool names here.
// expect: completed ["a.applySync","a.copySync","a.derefInto","a.getSync"]
// calls: 4
const names = [];
for (const f of ['applySync', 'copySync', 'derefInto', 'getSync']) {
  await tools.a[f]({ reference: true });
  names.push('a.' + f);
}
return names;
