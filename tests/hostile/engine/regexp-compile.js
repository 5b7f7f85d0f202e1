// A pattern that is compiled anew while it is used.
// expect: completed true | program_error
const r = /(?:a|b)+/g;
'abab'.replace(r, () => {
  r.compile?.('(((x)))', 'g');
  return '';
});
return true;
