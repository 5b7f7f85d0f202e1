// A date that is none.
// expect: completed {"d":null}
return { d: new Date(NaN) };
