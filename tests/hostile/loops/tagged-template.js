// A template whose tag hangs.
// expect: cpu_limit
// cpu: 50
const tag = () => {
  for (;;);
};
return tag`x`;
