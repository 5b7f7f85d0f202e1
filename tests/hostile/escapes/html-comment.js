// SES: an HTML comment hides code from a rewriter. Nothing here rewrites by pattern.
// expect: completed 1 | syntax_error
let x = 1;
x = 1;<!-- x = 2;
return x;
