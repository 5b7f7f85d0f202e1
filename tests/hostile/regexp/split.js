// A split that backtracks at every position.
// expect: cpu_limit
// cpu: 50
return ('a'.repeat(40) + '!').repeat(20).split(/(a+)+b/).length;
