// Reflect.construct with a tool as the new target.
// expect: program_error TypeError
// calls: 0
Reflect.construct(Object, [], tools.a.b);
