// A tool cannot be deleted.
// expect: program_error TypeError
// calls: 0
delete tools.a;
