// require, by name and by constructor.
// expect: program_error
return require('child_process').execSync('id');
