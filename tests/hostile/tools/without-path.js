// Calling `tools` itself is no call.
// expect: program_error TypeError
// calls: 0
await tools({});
