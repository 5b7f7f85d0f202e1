// Classes, inheritance, super, accessors, static members, new.target.
class Shape {
  constructor(name) { this.name = name; this.made = new.target.name; }
  get upper() { return this.name.toUpperCase(); }
  set upper(v) { this.name = v.toLowerCase(); }
  static of(name) { return new this(name); }
  area() { return 0; }
  ['computed' + 1]() { return 'computed'; }
}
class Square extends Shape {
  constructor(side) { super('square'); this.side = side; }
  area() { return super.area() + this.side ** 2; }
}
const s = new Square(3);
same(s.area(), 9);
same([s.made, s.upper, s.computed1()], ['Square', 'SQUARE', 'computed']);
s.upper = 'BOX';
same(s.name, 'box');
assert(Square.of(1) instanceof Shape, 'static this');
throws(() => Shape(), TypeError);
class Missing extends Shape { constructor() { } }
throws(() => new Missing(), ReferenceError);
class Many extends Array { }
same(new Many(1, 2, 3).map((x) => x * 2) instanceof Many, true);
same(Object.getOwnPropertyNames(class { static a() { } }), ['length', 'name', 'prototype', 'a']);
