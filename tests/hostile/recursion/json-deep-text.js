// JSON text of two hundred thousand levels.
// expect: stack_overflow | program_error
return JSON.parse('['.repeat(2e5) + ']'.repeat(2e5)).length;
