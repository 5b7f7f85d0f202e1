// A toJSON that turns the input into something else than an object.
// expect: program_error TypeError
// calls: 0
await tools.a.b({ toJSON: () => ['approved'] });
