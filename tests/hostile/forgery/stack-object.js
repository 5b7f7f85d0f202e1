// A stack that is no text.
// expect: program_error Error
const e = new Error('x');
Object.defineProperty(e, 'stack', { value: { toString: () => 'at host (internal:1:1)' } });
throw e;
