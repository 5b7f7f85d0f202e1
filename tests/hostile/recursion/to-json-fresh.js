// A toJSON that always has more to give.
// expect: stack_overflow | result_not_serializable | memory_limit
class More {
  toJSON() {
    return { more: new More() };
  }
}
return new More();
