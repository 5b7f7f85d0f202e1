// A tool cannot be defined.
// expect: program_error TypeError
// calls: 0
Object.defineProperty(tools, 'a', { value: 1 });
