// A prepareStackTrace that never ends.
// expect: cpu_limit
// cpu: 50
Error.prepareStackTrace = () => {
  for (;;);
};
null.x;
