// Keys that have a meaning elsewhere.
// expect: completed {"__proto__":1,"constructor":2,"prototype":3,"then":4}
return JSON.parse('{"__proto__": 1, "constructor": 2, "prototype": 3, "then": 4}');
