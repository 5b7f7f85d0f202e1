// Two loops that hand over to each other.
// expect: cpu_limit
// cpu: 50
outer: for (;;) {
  for (;;) continue outer;
}
