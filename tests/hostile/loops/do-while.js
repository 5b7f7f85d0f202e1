// A loop that tests at its end.
// expect: cpu_limit
// cpu: 50
do {
  Math.sqrt(2);
} while (true);
