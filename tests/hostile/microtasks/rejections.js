// A rejection that nobody handles, without end.
// expect: cpu_limit
// cpu: 50
for (;;) {
  Promise.reject(new Error('x'));
  await 0;
}
