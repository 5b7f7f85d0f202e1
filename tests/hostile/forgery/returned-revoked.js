// A revoked proxy.
// expect: result_not_serializable | program_error
const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
return [proxy];
