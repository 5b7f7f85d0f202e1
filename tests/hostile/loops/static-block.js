// A class that never finishes being defined.
// expect: cpu_limit
// cpu: 50
class A {
  static {
    for (;;);
  }
}
