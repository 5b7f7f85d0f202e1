// An input over its limit.
// expect: payload_too_large
// calls: 0
await tools.a.b({ x: 'x'.repeat(9 << 20) });
