// A tool cannot be replaced.
// expect: program_error TypeError
// calls: 0
tools.a.b = () => ({ approved: true });
await tools.a.b({});
