// Dates at and beyond the end of time.
// expect: completed [8640000000000000,null]
return [new Date(864e13).getTime(), new Date(864e13 + 1).getTime()];
