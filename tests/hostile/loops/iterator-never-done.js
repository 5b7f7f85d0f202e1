// An iterator that is never done.
// expect: cpu_limit
// cpu: 50
const endless = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) };
for (const x of endless);
