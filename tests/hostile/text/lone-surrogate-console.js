// Half a character on the console.
// expect: completed 1
console.log('\udfff');
return 1;
