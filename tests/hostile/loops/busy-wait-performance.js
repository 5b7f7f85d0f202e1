// Waiting for the monotonic clock, which stands still within a turn.
// expect: cpu_limit
// cpu: 50
const end = performance.now() + 10;
while (performance.now() < end);
