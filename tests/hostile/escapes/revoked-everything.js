// A revocable proxy around the input, revoked while it is read.
// expect: program_error TypeError
// calls: 0
const inner = Proxy.revocable({ y: 1 }, {});
await tools.a.b({
  get x() {
    inner.revoke();
    return inner.proxy;
  },
});
