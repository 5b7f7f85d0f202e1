// Ten thousand classes that extend each other, constructed once.
// expect: stack_overflow | completed 1
let C = class {};
for (let i = 0; i < 1e4; i++) C = class extends C {};
new C();
return 1;
