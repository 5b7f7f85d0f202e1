// Half a character as key.
// expect: completed {"\udc00":1}
return { ['\udc00']: 1 };
