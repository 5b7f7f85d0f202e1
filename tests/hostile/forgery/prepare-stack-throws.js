// A prepareStackTrace that throws.
// expect: program_error
Error.prepareStackTrace = () => {
  throw new Error('inner');
};
null.x;
