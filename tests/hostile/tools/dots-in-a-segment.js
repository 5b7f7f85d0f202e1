// Dots in a segment make no other path than dots.
// expect: completed {}
// sees: a.b.c {}
return await tools['a.b']['c']({});
