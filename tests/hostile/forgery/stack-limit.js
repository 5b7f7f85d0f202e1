// Odd limits of stacks.
// expect: program_error Error
for (const limit of [-1, NaN, 1e9, 'x', {}, null]) {
  try {
    Error.stackTraceLimit = limit;
    new Error('x').stack;
  } catch {}
}
throw new Error('end');
