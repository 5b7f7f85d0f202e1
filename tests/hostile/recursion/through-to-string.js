// A text of itself.
// expect: stack_overflow
class A {
  toString() {
    return `${this}`;
  }
}
return `${new A()}`;
