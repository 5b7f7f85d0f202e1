// Numbers that JSON has not.
// expect: completed [null,null,0,5e-324]
return [NaN, -Infinity, -0, 5e-324];
