// concat with something that only claims to be an array.
// expect: program_error TypeError | memory_limit | cpu_limit
// cpu: 300
// memory: 16
return [].concat({ length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true }, [1]).length;
