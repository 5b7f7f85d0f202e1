// A URL of megabytes.
// expect: completed true
return new URL('https://a.b/' + 'x'.repeat(1 << 20)).href.length > 1 << 20;
