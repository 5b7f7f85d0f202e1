// new.target of the wrapper.
// expect: syntax_error | completed null
return new.target;
