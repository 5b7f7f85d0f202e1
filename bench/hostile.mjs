// How much hostile programs delay everybody else (D34).
//
// For each program of tests/hostile the release server, at its defaults, runs 16 of them at once, started again as they
// end, while one client runs a normal program (one tool call) over and over. What is printed is the client's p50 and
// p99 beside its p99 on the quiet server, taken from the latest quiet moments between the programs: a machine that others
// use changes within the minutes that the library takes. The bar is a rise of the p99 of at most 5 ms.
//
// Rows in brackets are no attack and show what a rise means here: 16 programs that wait, and 16 that return at once, which
// is what a server with 16 busy clients is like. Most of the library ends in a millisecond and so is compared with the
// latter. Nothing is asserted: a number depends on the machine.
//
//   node bench/hostile.mjs [costly | folder/name or folder …]
//   SECONDS_EACH (default 1), HOGS (default 16), DIFFERENT=1 (no hog has the text of another)
import { spawn, execSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const only = process.argv.slice(2);
const hogs = Number(process.env.HOGS ?? 16);
const seconds = Number(process.env.SECONDS_EACH ?? 1);
const different = process.env.DIFFERENT === '1';
const barMs = 5;
// Of the quiet moments: how long one is, and how many the quiet p99 is made of.
const quietSeconds = 0.4, quietMoments = 10;
// Every so many programs the rows in brackets are measured again.
const noiseEvery = 25;

const noise = [
  { name: '(they wait)', code: 'await new Promise((r) => setTimeout(r, 500)); return 1' },
  { name: '(they return at once)', code: 'return 1' },
];
// Those whose listed outcome is a limit of time, memory or depth: the others end in a millisecond.
const costly = /cpu_limit|memory_limit|stack_overflow/;
function library() {
  const base = path.join(root, 'tests/hostile'), all = [];
  for (const folder of fs.readdirSync(base)) {
    if (!fs.statSync(path.join(base, folder)).isDirectory()) continue;
    for (const file of fs.readdirSync(path.join(base, folder)).sort()) {
      const code = fs.readFileSync(path.join(base, folder, file), 'utf8'), name = `${folder}/${file.replace(/\.js$/, '')}`;
      const isCostly = costly.test(/^\/\/ expect: (.*)$/m.exec(code)[1]);
      const chosen = !only.length || only.includes(name) || only.includes(folder) || (only.includes('costly') && isCostly);
      if (chosen) all.push({ name, code });
    }
  }
  return all;
}

// --- a client ---------------------------------------------------------------------------------------------
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
async function execute(server, code, timeoutMs) {
  const params = { name: 'execute', arguments: { code, typeCheck: 'off', ...(timeoutMs ? { timeoutMs } : {}) } };
  const { text } = await post(server.mcpUrl, { 'x-api-key': server.apiKey }, { jsonrpc: '2.0', id: id++, method: 'tools/call', params });
  const message = JSON.parse(text.startsWith('{') ? text : text.split('\n').filter((l) => l.startsWith('data:')).at(-1).slice(5));
  if (message.error) throw new Error(JSON.stringify(message.error));
  return message.result.structuredContent ?? {};
}

// --- the hogs, in a thread of their own: what their client computes is not to delay the other's ------------
if (!isMainThread) {
  let running = false, texts = 0;
  parentPort.on('message', async (message) => {
    if (message.stop) return (running = false);
    running = true;
    const until = performance.now() + message.forMs;
    const text = () => (different ? `// ${++texts}\n${message.code}` : message.code);
    // Each ends with the measurement: what still ran would be in the next row.
    await Promise.all(Array.from({ length: hogs }, async () => {
      while (running) await execute(workerData, text(), Math.max(1, Math.ceil(until - performance.now()))).catch(() => sleep(5));
    }));
    parentPort.postMessage('ended');
  });
} else await measure();

async function measure() {
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

const added = await post(`${server.url}/api/v1/sources`, { authorization: `Bearer ${server.ownerToken}`, accept: 'application/json' }, { name: 'bench', url: `${origin}/openapi.json` });
if (added.status !== 201) throw new Error(added.text);
const normal = 'const r = await tools.bench.bench.ping({}); if (!r.pong) throw new Error("no pong"); return 1';

// --- measuring ----------------------------------------------------------------------------------------
const at = (values, p) => values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(p * values.length))] ?? NaN;
async function probe(forSeconds) {
  const samples = [], outcomes = {};
  for (const end = performance.now() + forSeconds * 1000; performance.now() < end;) {
    const from = performance.now();
    const { status, error } = await execute(server, normal).catch((e) => ({ status: String(e.message).slice(0, 60) }));
    samples.push(performance.now() - from);
    const outcome = status === 'completed' ? status : `${status} ${typeof error === 'object' ? error?.code : error ?? ''}`;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    await sleep(2);
  }
  return { samples, outcomes, failed: samples.length - (outcomes.completed ?? 0) };
}
const moments = [];
async function quiet() {
  moments.push((await probe(quietSeconds)).samples);
  if (moments.length > quietMoments) moments.shift();
}
const hogThread = new Worker(fileURLToPath(import.meta.url), { workerData: server });
async function beside(code) {
  const ended = new Promise((r) => hogThread.once('message', r));
  hogThread.postMessage({ code, forMs: 300 + seconds * 1000 });
  await sleep(300);
  const result = await probe(seconds);
  hogThread.postMessage({ stop: true });
  await ended;
  await sleep(200);
  return result;
}
const all = { attacks: [], '(they wait)': [], '(they return at once)': [] };
let over = 0;
async function row({ name, code }) {
  await quiet();
  const before = at(moments.flat(), 0.99);
  const r = await beside(code), p99 = at(r.samples, 0.99), rise = p99 - before;
  (all[name] ?? all.attacks).push(rise);
  if (rise > barMs) over++;
  const failed = r.failed ? `${r.failed} ${JSON.stringify(r.outcomes)}` : '0';
  console.log(`| ${name} | ${at(r.samples, 0.5).toFixed(2)} | ${p99.toFixed(2)} | ${before.toFixed(2)} | ${rise.toFixed(2)} | ${at(r.samples, 1).toFixed(1)} | ${r.samples.length} | ${failed} | ${rise > barMs ? '**over**' : 'ok'} |`);
  if (child.exitCode !== null) throw new Error('the server ended');
}
const spread = (values) => `p50 ${at(values, 0.5).toFixed(2)}, p90 ${at(values, 0.9).toFixed(2)}, max ${at(values, 1).toFixed(2)} ms (${values.length} rows)`;

const commit = execSync('git rev-parse --short HEAD', { cwd: root }).toString().trim();
console.log(`executor ${commit} (release, defaults), ${hogs} hogs${different ? ', all different' : ''}, ${seconds} s each; ${os.cpus().length} x ${os.cpus()[0].model}; load ${os.loadavg()[0].toFixed(2)}; ${new Date().toISOString().slice(0, 10)}\n`);
await probe(1);
for (let i = 0; i < quietMoments; i++) await quiet();
console.log(`| 16 times | p50 ms | p99 ms | quiet p99 | rise | max | others | failed | bar: rise <= ${barMs} ms |\n|---|---|---|---|---|---|---|---|---|`);
const programs = library();
try {
  for (let i = 0; i < programs.length; i++) {
    if (i % noiseEvery === 0) for (const n of noise) await row(n);
    await row(programs[i]);
  }
} finally {
  console.log('');
  for (const [name, rises] of Object.entries(all)) if (rises.length) console.log(`rise, ${name}: ${spread(rises)}`);
  console.log(`${over} rows over the bar`);
  child.kill('SIGTERM');
  upstream.closeAllConnections();
  upstream.close();
}
await new Promise((r) => (child.exitCode === null ? child.once('exit', r) : r()));
fs.rmSync(home, { recursive: true, force: true });
process.exit(0);
}
