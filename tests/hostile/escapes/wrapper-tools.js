// A program that shadows tools.
// expect: completed "own" | syntax_error
// calls: 0
const tools = { a: { b: async () => 'own' } };
return await tools.a.b({});
