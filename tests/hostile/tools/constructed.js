// A tool is no constructor.
// expect: program_error TypeError
// calls: 0
new tools.a.b({});
