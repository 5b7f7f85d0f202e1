// A static import.
// expect: syntax_error | program_error
import fs from 'node:fs';
return fs;
