// A lastIndex that is an object, on a text that changed.
// expect: completed null
const r = /a/y;
r.lastIndex = { valueOf() {
  r.compile?.('b', 'y');
  return 1e9;
} };
return r.exec('aaa');
