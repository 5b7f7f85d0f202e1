// An object with ever more properties.
// expect: memory_limit | cpu_limit
// memory: 16
const o = {};
for (let i = 0; ; i++) o['property' + i] = i;
