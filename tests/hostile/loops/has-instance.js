// An instanceof that never decides.
// expect: cpu_limit
// cpu: 50
class A {
  static [Symbol.hasInstance]() {
    for (;;);
  }
}
return 1 instanceof A;
