// A microtask that would spin after the program has returned: it never runs.
// expect: completed 1
queueMicrotask(() => {
  for (;;);
});
return 1;
