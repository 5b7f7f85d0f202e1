// Waiting for the wall clock, which stands still within a turn.
// expect: cpu_limit
// cpu: 50
const end = Date.now() + 10;
while (Date.now() < end);
