// Half a character as result.
// expect: completed "\ud800"
return '\ud800';
