// super where there is no method.
// expect: syntax_error
return super.x;
