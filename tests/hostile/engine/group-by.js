// Groups named like prototypes.
// expect: completed ["__proto__","constructor"]
return Object.keys(Object.groupBy([1, 2], (x) => (x === 1 ? '__proto__' : 'constructor')));
