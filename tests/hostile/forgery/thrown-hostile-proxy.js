// A proxy whose every trap throws is thrown.
// expect: program_error
const trap = () => {
  throw new Error('trap');
};
const every = new Proxy({}, { get: () => trap });
throw new Proxy(function () {}, every);
