// A proxy that names a million keys.
// expect: memory_limit | program_error | completed 0 | cpu_limit
// memory: 16
// cpu: 1000
const keys = Array.from({ length: 1e6 }, (_, i) => "k" + i);
return Object.keys(new Proxy({}, { ownKeys: () => keys })).length;
