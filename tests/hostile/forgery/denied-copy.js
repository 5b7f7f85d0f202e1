// A copy of a denial is the program's own.
// expect: program_error
// tools: deny
try {
  await tools.a.b({});
} catch (e) {
  throw Object.assign(Object.create(e), e);
}
