// A thenable is awaited, as the language says.
// expect: completed "own"
return { then: (resolve) => resolve('own') };
