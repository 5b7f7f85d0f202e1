// A body that closes the function it is put into.
// expect: program_error SyntaxError
new Function('a', '}); return globalThis; (function () {');
