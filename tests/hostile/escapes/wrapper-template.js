// A program that leaves a template open.
// expect: syntax_error
return `${1
