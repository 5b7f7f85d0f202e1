// The arguments of the wrapper.
// expect: syntax_error | program_error ReferenceError | completed 0
return arguments.length;
