// A constructor that constructs itself.
// expect: stack_overflow
class A {
  b = new A();
}
new A();
