// Options that are no object.
// expect: program_error TypeError
// calls: 0
await tools.a.b({}, 'approved');
