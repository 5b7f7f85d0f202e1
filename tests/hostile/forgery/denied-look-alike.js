// An error that looks like a denial is the program's own.
// expect: program_error Error
throw Object.assign(new Error('No.'), { code: 'approval_denied', toolPath: 'a.b' });
