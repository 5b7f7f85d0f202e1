// Fields, private members, static blocks, brand checks.
class Counter {
  static #made = 0;
  static total;
  static { Counter.total = () => Counter.#made; }
  #n = 0;
  step = 1;
  ['key' + 1] = 'computed';
  constructor() { Counter.#made++; }
  get #double() { return this.#n * 2; }
  set #double(v) { this.#n = v / 2; }
  #bump() { this.#n += this.step; return this; }
  up() { return this.#bump(); }
  setDouble(v) { this.#double = v; return this.#double; }
  static is(o) { return #n in o; }
  static async *#gen() { yield 1; }
  static async first() { for await (const x of Counter.#gen()) return x; }
}
const c = new Counter().up().up();
same([c.setDouble(10), Counter.is(c), Counter.is({}), Counter.total(), c.key1,
  await Counter.first()],
  [10, true, false, 1, 'computed', 1]);
throws(() => Counter.prototype.up.call({}), TypeError);
throws(() => (0, eval)('class A { m() { this.#x; } }'), SyntaxError);
class Base { constructor() { this.init?.(); } }
class Derived extends Base { field = 1; init() { this.field = 2; } }
same(new Derived().field, 1);
same(class { static name = 'own'; }.name, 'own');
class Arrow { f = () => this; }
const arrow = new Arrow();
assert((0, arrow.f)() === arrow, 'this of a field');
