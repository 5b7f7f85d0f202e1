// Symbols that are registered for ever.
// expect: memory_limit | cpu_limit
// memory: 16
// cpu: 300
for (let i = 0; ; i++) Symbol.for('symbol number ' + i);
