// A getter of the input is read once: what is checked is what is sent.
// expect: completed {"x":1}
// sees: a.b {"x":1}
let n = 0;
return await tools.a.b({
  get x() {
    return ++n;
  },
});
