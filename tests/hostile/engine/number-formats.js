// Numbers printed as long as possible.
// expect: completed true
const texts = [(1e21).toFixed(100), (5e-324).toPrecision(100), (0.1).toString(2)];
return texts.every((t) => t.length < 1200);
