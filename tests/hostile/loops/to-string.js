// A text that is still being made.
// expect: cpu_limit
// cpu: 50
return `${{
  toString() {
    for (;;);
  },
}}`;
