// Keys that look like indices.
// expect: completed {"0":2,"4294967294":3,"4294967295":1,"-1":4}
return { 4294967295: 1, 0: 2, 4294967294: 3, '-1': 4 };
