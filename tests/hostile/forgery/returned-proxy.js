// A proxy whose keys lie.
// expect: result_not_serializable | program_error | completed {}
return new Proxy(
  {},
  {
    ownKeys: () => ['a', 'a', 'b'],
  },
);
