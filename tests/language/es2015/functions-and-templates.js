// Arrows, defaults, rest, templates, tagged templates, tail positions, block scope.
const self = this;
same((() => this)(), self);
same((function () { return (() => arguments.length)(); })(1, 2), 2);
same(((a, ...r) => r)(1, 2, 3), [2, 3]);
const tag = (strings, ...values) => strings.raw.join('|') + values.join();
same(tag`a\n${1}b${2}`, 'a\\n|b|1,2');
same(String.raw`\u00e9`, '\\u00e9');
const sites = [];
const remember = (s) => sites.push(s);
for (let i = 0; i < 2; i++) remember`x`;
assert(sites[0] === sites[1], 'one object per site');
const closures = [];
for (let i = 0; i < 3; i++) closures.push(() => i);
same(closures.map((f) => f()), [0, 1, 2]);
throws(() => { tdz; let tdz = 1; }, ReferenceError);
{ function local() { return 1; } same(local(), 1); }
same(typeof local, 'undefined');
same([(() => { }).name, (function named() { }).name, ((a, b = 1, c) => { }).length], ['', 'named',
  1]);
const o = { m() { return 'm'; }, get g() { return 'g'; }, ['x' + 1]: 1,
  __proto__: { inherited: 2 } };
same([o.m(), o.g, o.x1, o.inherited], ['m', 'g', 1, 2]);
same([0b11, 0o17, '\u{1F600}'.length], [3, 15, 2]);
