// A toJSON that asks for itself.
// expect: stack_overflow | result_not_serializable
return {
  toJSON() {
    return JSON.stringify(this);
  },
};
