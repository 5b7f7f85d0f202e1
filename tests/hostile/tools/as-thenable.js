// A tool given as a reaction sends no call of the engine.
// expect: program_error TypeError
// calls: 0
const p = Promise.resolve(1);
return [await p.then(tools)];
