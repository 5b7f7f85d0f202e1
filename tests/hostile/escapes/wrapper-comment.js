// A program that ends inside of a comment.
// expect: syntax_error
return 1; /* never closed
