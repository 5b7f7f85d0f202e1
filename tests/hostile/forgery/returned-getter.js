// A getter that throws while the result is read.
// expect: result_not_serializable
return {
  get x() {
    throw new Error('no');
  },
};
