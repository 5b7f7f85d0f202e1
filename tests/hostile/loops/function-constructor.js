// A loop in a function made from text.
// expect: cpu_limit
// cpu: 50
new Function('for (;;);')();
