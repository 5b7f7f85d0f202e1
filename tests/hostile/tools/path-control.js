// Control characters in a path arrive as they are.
// expect: completed 2
// calls: 2
await tools['a\nb']({});
await tools['a\u0000b']({});
return 2;
