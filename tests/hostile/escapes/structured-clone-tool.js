// A tool cannot be cloned.
// expect: program_error
// calls: 0
structuredClone(tools.a.b);
