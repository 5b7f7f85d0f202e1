// The same bytes, told to be strict.
// expect: program_error TypeError
return new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff]));
