// A proxy as input is read once, and its answer is data.
// expect: completed {"x":1}
// sees: a.b {"x":1}
let n = 0;
const changing = new Proxy(
  { x: 0 },
  {
    get: (t, k) => (k === 'toJSON' ? undefined : ++n),
  },
);
return await tools.a.b(changing);
