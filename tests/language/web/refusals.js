// What a program does not have it can ask for; import() is syntax and says what to use instead.
same([typeof fetch, typeof XMLHttpRequest, typeof WebSocket, typeof require, typeof process,
  typeof Deno, typeof Bun].join(), Array(7).fill('undefined').join());
for (const name of ['fetch', 'process', 'require']) assert(!(name in globalThis), name);
for (const f of [() => fetch('x'), () => new WebSocket('ws://x'), () => require('fs'),
  () => process.env]) {
  let error;
  try { f(); } catch (e) { error = e; }
  assert(error instanceof ReferenceError, String(f));
}
let message = '';
try { await import('fs'); } catch (e) { message = e.message; }
assert(message.includes('no modules'), message);
