// Base64 that is none.
// expect: program_error
return atob('*');
