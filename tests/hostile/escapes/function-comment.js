// Parameters that open a comment.
// expect: completed null | program_error SyntaxError
new Function('/*', '*/){ return 1');
