// A key that is never computed.
// expect: cpu_limit
// cpu: 50
const spin = () => {
  for (;;);
};
return { [spin()]: 1 };
