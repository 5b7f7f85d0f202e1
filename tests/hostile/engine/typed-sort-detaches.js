// A typed array whose buffer is taken away while it is sorted.
// expect: completed true | program_error TypeError
const a = new Float64Array(1000).map((_, i) => -i);
a.sort((x, y) => {
  try {
    a.buffer.transfer?.();
  } catch {}
  return x - y;
});
return a.length >= 0;
