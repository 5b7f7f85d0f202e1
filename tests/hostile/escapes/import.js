// vm2 CVE-2021-23449: import() that gives an object of the host.
// expect: completed "import is not available"
try {
  await import('node:fs');
} catch (e) {
  return e.message.slice(0, 23);
}
