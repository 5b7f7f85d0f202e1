// using, await using, stacks of resources, suppressed errors.
const log = [];
const open = (name) => ({ [Symbol.dispose]() { log.push(name); } });
{ using a = open('a'), b = open('b'); using none = null; log.push('body'); }
same(log, ['body', 'b', 'a']);
log.length = 0;
const openAsync = (name) => ({ async [Symbol.asyncDispose]() { await null; log.push(name); } });
{ await using a = openAsync('x'); await using b = open('sync'); }
same(log, ['sync', 'x']);
log.length = 0;
for (using r of [open('1'), open('2')]) log.push('in');
same(log, ['in', '1', 'in', '2']);
try {
  using bad = { [Symbol.dispose]() { throw new RangeError('dispose'); } };
  throw new TypeError('body');
} catch (e) {
  same([e.constructor.name, e.error.message, e.suppressed.message], ['SuppressedError', 'dispose',
    'body']);
}
log.length = 0;
const stack = new DisposableStack();
stack.use(open('s1'));
stack.defer(() => log.push('deferred'));
stack.adopt('v', (v) => log.push(v));
const moved = stack.move();
same([stack.disposed, moved.disposed], [true, false]);
moved.dispose();
same(log, ['v', 'deferred', 's1']);
const later = new AsyncDisposableStack();
later.defer(async () => { log.push('async'); });
await later.disposeAsync();
same(log.at(-1), 'async');
throws(() => { using x = {}; }, TypeError);
function f() { using r = open('ret'); return log.length; }
const before = log.length;
same([f(), log.length], [before, before + 1]);
