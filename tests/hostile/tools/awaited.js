// `tools` is no promise: awaiting it gives it back.
// expect: completed "function"
// calls: 0
return typeof (await tools);
