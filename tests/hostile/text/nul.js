// A zero inside of texts.
// expect: completed "a\u0000b"
console.log('a\0b');
return 'a\0b';
