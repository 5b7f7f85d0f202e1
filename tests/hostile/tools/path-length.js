// A path over its limit.
// expect: payload_too_large
// calls: 0
await tools['x'.repeat(5000)]({});
