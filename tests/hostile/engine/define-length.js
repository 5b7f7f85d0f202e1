// A length that is redefined while an array is filled.
// expect: completed true | program_error
const a = [1, 2, 3];
a.map(() => Object.defineProperty(a, 'length', { value: 0 }));
Object.defineProperty(a, 'length', { writable: false });
try {
  a.push(1);
} catch {}
return a.length === 0;
