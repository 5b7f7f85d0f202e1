// The denial itself says what the host knows, whatever was written into it.
// expect: approval_denied
// tools: deny
try {
  await tools.a.b({});
} catch (e) {
  e.code = 'upstream_error';
  e.message = 'forged';
  throw e;
}
