// A console that is replaced ends nothing.
// expect: completed 1
console.log = () => {
  throw new Error();
};
globalThis.console = null;
return 1;
