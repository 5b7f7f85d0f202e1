// A tool is no text and no number.
// expect: program_error TypeError
// calls: 0
return `${tools.a.b}`;
