// A text joined from its front a million times, then read.
// expect: completed 400000 | memory_limit
let s = '';
for (let i = 0; i < 4e5; i++) s = 'x' + s;
return s.length;
