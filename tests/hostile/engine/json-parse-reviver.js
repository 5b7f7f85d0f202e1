// A reviver that changes what is still to be revived.
// expect: completed true | stack_overflow
// cpu: 500
let n = 0;
JSON.parse('[1, [2], {"a": 3}]', function (k, v) {
  if (n++ < 1000 && Array.isArray(this)) this[2] = { b: [this] };
  return v;
});
return n > 0;
