// A result over its limit.
// expect: result_too_large
return 'x'.repeat(17 << 20);
