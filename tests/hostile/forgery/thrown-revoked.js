// A revoked proxy is thrown.
// expect: program_error
const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
throw proxy;
