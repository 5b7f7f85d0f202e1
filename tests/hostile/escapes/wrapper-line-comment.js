// A program that ends in a line comment does not swallow what follows.
// expect: completed 1
return 1; // no new line
