// QuickJS: the modules std, os and bjson, which read files and run native bytecode.
// expect: completed true
const names = ['std', 'os', 'bjson', 'scriptArgs', 'print', 'gc', 'navigator', '__loadScript'];
return names.every((n) => typeof globalThis[n] === 'undefined');
