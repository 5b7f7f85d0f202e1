// How much programs that compute, allocate or run in native code delay everybody else (D34).
//
// For each of the costly programs of tests/hostile the release server, at its defaults, runs 16 of them at
// once, started again as they end, while one client runs a normal program (one tool call) over and over. What is
// printed is the client's p50 and p99 beside its p50 and p99 on the quiet server, measured before and after. The
// bar is a rise of the p99 of at most 5 ms. Nothing is asserted: a number depends on the machine.
//
//   node bench/hostile.mjs [folder/name or folder …]      SECONDS_EACH (default 4), HOGS (default 16)
import { spawn, execSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const only = process.argv.slice(2);
const hogs = Number(process.env.HOGS ?? 16);
const seconds = Number(process.env.SECONDS_EACH ?? 4);
const barMs = 5;

// Those whose listed outcome is a limit of time, memory or depth: the others end in a millisecond.
const costly = /cpu_limit|memory_limit|stack_overflow/;
function library() {
  const base = path.join(root, 'tests/hostile'), all = [];
  for (const folder of fs.readdirSync(base)) {
    if (!fs.statSync(path.join(base, folder)).isDirectory()) continue;
    for (const file of fs.readdirSync(path.join(base, folder)).sort()) {
      const code = fs.readFileSync(path.join(base, folder, file), 'utf8'), name = `${folder}/${file.replace(/\.js$/, '')}`;
      const chosen = only.length ? only.includes(name) || only.includes(folder) : costly.test(/^\/\/ expect: (.*)$/m.exec(code)[1]);
      if (chosen) all.push({ name, code });
    }
  }
  return all;
}

// --- one tool that answers at once, and the server ----------------------------------------------------
const upstream = http.createServer((request, response) => {
  const ok = { 200: { description: 'ok', content: { 'application/json': { schema: { type: 'object' } } } } };
  const document = { openapi: '3.0.3', info: { title: 'Bench', version: '1' }, servers: [{ url: origin }], paths: { '/ping': { get: { operationId: 'ping', tags: ['bench'], responses: ok } } } };
  const body = request.url === '/openapi.json' ? JSON.stringify(document) : '{"pong":true}';
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
});
upstream.keepAliveTimeout = 60_000;
await new Promise((r) => upstream.listen(0, '127.0.0.1', r));
const origin = `http://127.0.0.1:${upstream.address().port}`;

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-hostile-'));
const readyFile = path.join(home, 'ready.json');
const child = spawn(process.env.EXECUTOR_BINARY ?? path.join(root, 'build/release/executor'), ['serve', '--listen', '127.0.0.1:0', '--ready-file', readyFile, '--data-dir', home], { cwd: home, stdio: 'ignore' });
while (!fs.existsSync(readyFile)) { if (child.exitCode !== null) throw new Error('the server ended'); await sleep(2); }
const server = JSON.parse(fs.readFileSync(readyFile));

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
function post(url, headers, body) {
  return new Promise((resolve, reject) => {
    const u = new URL(url);
    const r = http.request({ hostname: u.hostname, port: u.port, path: u.pathname, method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers }, agent }, (response) => {
      const chunks = [];
      response.on('data', (c) => chunks.push(c));
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    r.on('error', reject);
    r.end(JSON.stringify(body));
  });
}
let id = 1;
async function execute(code, timeoutMs) {
  const params = { name: 'execute', arguments: { code, typeCheck: 'off', ...(timeoutMs ? { timeoutMs } : {}) } };
  const { text } = await post(server.mcpUrl, { 'x-api-key': server.apiKey }, { jsonrpc: '2.0', id: id++, method: 'tools/call', params });
  const message = JSON.parse(text.startsWith('{') ? text : text.split('\n').filter((l) => l.startsWith('data:')).at(-1).slice(5));
  if (message.error) throw new Error(JSON.stringify(message.error));
  return message.result.structuredContent ?? {};
}
const added = await post(`${server.url}/api/v1/sources`, { authorization: `Bearer ${server.ownerToken}`, accept: 'application/json' }, { name: 'bench', url: `${origin}/openapi.json` });
if (added.status !== 201) throw new Error(added.text);
const normal = 'const r = await tools.bench.bench.ping({}); if (!r.pong) throw new Error("no pong"); return 1';

// --- measuring ----------------------------------------------------------------------------------------
const at = (values, p) => values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(p * values.length))] ?? NaN;
async function probe(forSeconds) {
  const samples = [], outcomes = {};
  for (const end = performance.now() + forSeconds * 1000; performance.now() < end;) {
    const from = performance.now();
    const { status, error } = await execute(normal).catch((e) => ({ status: String(e.message).slice(0, 60) }));
    samples.push(performance.now() - from);
    const outcome = status === 'completed' ? status : `${status} ${typeof error === 'object' ? error?.code : error ?? ''}`;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    await sleep(2);
  }
  return { p50: at(samples, 0.5), p99: at(samples, 0.99), max: at(samples, 1), count: samples.length, failed: samples.length - (outcomes.completed ?? 0), outcomes };
}
async function hostile(code) {
  let running = true, ended = 0;
  // Each ends with the measurement: what still ran would be in the next row.
  const until = performance.now() + 300 + seconds * 1000;
  const loops = Array.from({ length: hogs }, async () => {
    while (running) await execute(code, Math.max(1, Math.ceil(until - performance.now()))).then(() => ended++, () => sleep(5));
  });
  await sleep(300);
  const result = await probe(seconds);
  running = false;
  await Promise.all(loops);
  await sleep(300);
  return { ...result, ended };
}

const commit = execSync('git rev-parse --short HEAD', { cwd: root }).toString().trim();
console.log(`executor ${commit} (release, defaults), ${hogs} hogs, ${seconds} s each; ${os.cpus().length} x ${os.cpus()[0].model}; load ${os.loadavg()[0].toFixed(2)}; ${new Date().toISOString().slice(0, 10)}`);
await probe(2);
const quiet = await probe(seconds);
console.log(`quiet: p50 ${quiet.p50.toFixed(2)} ms, p99 ${quiet.p99.toFixed(2)} ms (${quiet.count} programs)\n`);
console.log(`| 16 times | p50 ms | p99 ms | p99 rise | max | others | failed | bar: p99 rise <= ${barMs} ms |\n|---|---|---|---|---|---|---|---|`);
let over = 0;
const programs = library();
try {
  for (const { name, code } of programs) {
    const r = await hostile(code), rise = r.p99 - quiet.p99;
    if (rise > barMs) over++;
    console.log(`| ${name} | ${r.p50.toFixed(2)} | ${r.p99.toFixed(2)} | ${rise.toFixed(2)} | ${r.max.toFixed(1)} | ${r.count} | ${r.failed}${r.failed ? ` ${JSON.stringify(r.outcomes)}` : ''} | ${rise > barMs ? '**over**' : 'ok'} |`);
    if (child.exitCode !== null) throw new Error('the server ended');
  }
} finally {
  const after = await probe(2).catch(() => null);
  if (after) console.log(`\nquiet again: p50 ${after.p50.toFixed(2)} ms, p99 ${after.p99.toFixed(2)} ms; ${over} of ${programs.length} over the bar`);
  child.kill('SIGTERM');
  upstream.closeAllConnections();
  upstream.close();
}
await new Promise((r) => (child.exitCode === null ? child.once('exit', r) : r()));
fs.rmSync(home, { recursive: true, force: true });
process.exit(0);
