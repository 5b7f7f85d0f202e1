// JSON far larger as objects than as text.
// expect: memory_limit
// memory: 16
return JSON.parse('[' + '{},'.repeat(1e6) + '{}]').length;
