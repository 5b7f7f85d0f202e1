// A value whose inspection would be huge.
// expect: completed 1
let o = ['lol'];
for (let i = 0; i < 40; i++) o = [o, o];
console.log(o);
return 1;
