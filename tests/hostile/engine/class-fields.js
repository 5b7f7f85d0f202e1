// A constructor that returns something else to its fields.
// expect: program_error TypeError | completed true
// calls: 0
class Base {
  constructor(o) {
    return o;
  }
}
class Stamp extends Base {
  #secret = 1;
  static has(o) {
    return #secret in o;
  }
}
new Stamp(tools);
return Stamp.has(tools);
