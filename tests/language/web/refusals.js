// What a program does not have says what to use instead.
const text = (f) => { try { f(); return ''; } catch (e) { return e.message; } };
for (const f of [() => fetch('x'), () => new XMLHttpRequest(), () => new WebSocket('ws://x'),
  () => require('fs'),
  () => process.env, () => Deno.args, () => Bun.file]) {
  assert(text(f).includes('is not available'), String(f));
  assert(text(f).includes('tools.'), String(f));
}
let message = '';
try { await import('fs'); } catch (e) { message = e.message; }
assert(message.includes('no modules'), message);
