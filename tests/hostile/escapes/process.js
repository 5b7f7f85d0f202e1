// The process object and its environment.
// expect: program_error ReferenceError
return process.env;
