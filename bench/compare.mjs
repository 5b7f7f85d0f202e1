// Executor against the peer: the same client code, the same upstream, the same machine, one run.
//
// Both servers run at default settings (ours: SQLite with FULL synchronisation, journal, jail). Each case
// alternates between the two, so that noise of the machine meets both. A row is printed with both figures and
// their ratio; nothing is asserted. wrk (if installed) generates the load; it and the upstream, a Node process,
// share the machine's cores with the servers.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { execSync } from 'node:child_process';
import { Mcp, at, heading, load, measure, ours, peer, pssMiB, root, rssMiB, stop } from './servers.mjs';

const only = process.argv.slice(2);
const wants = (name) => only.length === 0 || only.includes(name);
const total = Number(process.env.TOTAL ?? 1000);
const idleSeconds = Number(process.env.IDLE_SECONDS ?? 60);
const github = path.join(root, 'node_modules/@octokit/openapi/generated/api.github.com.json');

// --- the upstream: answers at once, serves the documents ----------------------------------------------
const obj = (properties) => ({ type: 'object', properties });
const upstream = http.createServer((request, response) => {
  const send = (body) => { response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }); response.end(body); };
  if (request.url === '/ping') return send('{"pong":true}');
  if (request.url === '/github.json') { response.writeHead(200, { 'content-type': 'application/json', 'content-length': fs.statSync(github).size }); return fs.createReadStream(github).pipe(response); }
  if (request.url === '/openapi.json') {
    const ok = { 200: { description: 'ok', content: { 'application/json': { schema: obj({ pong: { type: 'boolean' } }) } } } };
    return send(JSON.stringify({ openapi: '3.0.3', info: { title: 'Bench', version: '1' }, servers: [{ url: origin }], tags: [{ name: 'bench' }], paths: { '/ping': { get: { operationId: 'ping', tags: ['bench'], summary: 'Return pong', responses: ok } } } }));
  }
  response.writeHead(404);
  response.end();
});
upstream.keepAliveTimeout = 60_000;
await new Promise((r) => upstream.listen(0, '127.0.0.1', r));
const origin = `http://127.0.0.1:${upstream.address().port}`;

// --- measuring ----------------------------------------------------------------------------------------
// Throughput and latency by wrk, whose own cost is small beside both servers' (Node's client is not).
const wrk = (() => { try { return execSync('command -v wrk', { shell: '/bin/sh' }).toString().trim(); } catch { return ''; } })();
async function wrkLoad(server, code, concurrency, seconds) {
  const client = await new Mcp(server).connect();
  await client.execute(code);
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...server.headers, ...(client.session ? { 'mcp-session-id': client.session, 'mcp-protocol-version': '2025-06-18' } : {}) };
  const params = JSON.stringify({ name: 'execute', arguments: { code } });
  const script = path.join(server.home, 'post.lua');
  // Every request has an id of its own, and every answer is looked at: an error must not count as fast.
  fs.writeFileSync(script, `wrk.method="POST"
${Object.entries(headers).map(([k, v]) => `wrk.headers["${k}"]=[==[${v}]==]`).join('\n')}
local n, threads = 0, {}
bad = 0
function setup(thread) table.insert(threads, thread) end
function request() n = n + 1; return wrk.format(nil, nil, nil, '{"jsonrpc":"2.0","id":' .. n .. ',"method":"tools/call","params":' .. [==[${params}]==] .. '}') end
function response(status, _, body) if status ~= 200 or not body:find('completed', 1, true) then bad = bad + 1; first = status .. ' ' .. body end end
function done() local sum = 0; for _, t in ipairs(threads) do sum = sum + t:get("bad"); if t:get("first") then print(t:get("first")) end end; print("bad answers: " .. sum) end
`);
  const text = await new Promise((resolve, reject) => {
    const child = spawn(wrk, ['-t1', `-c${concurrency}`, `-d${seconds}`, '--latency', '--timeout', '30', '-s', script, server.mcpUrl], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (d) => (out += d));
    child.on('close', (status) => (status === 0 ? resolve(out) : reject(new Error(out))));
  });
  if (!/bad answers: 0\b/.test(text)) throw new Error(`${server.mcpUrl}: ${text}`);
  const ms = (p) => { const [, n, unit] = new RegExp(`${p}%\\s+([\\d.]+)(us|ms|s)`).exec(text); return Number(n) * { us: 0.001, ms: 1, s: 1000 }[unit]; };
  return { p50: ms(50), p99: ms(99), perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]) };
}
const run = (server, code, count, concurrency) => (wrk ? wrkLoad(server, code, concurrency, Number(process.env.SECONDS_EACH ?? 5)) : measure(server, code, count, concurrency));

const table = [];
function row(name, unit, us, them, bar, better = 'less') {
  const ratio = better === 'less' ? them / us : us / them;
  table.push([name, us, them, ratio, bar, unit]);
  console.log(`${name.padEnd(46)} ours ${us.toFixed(2).padStart(9)} ${unit.padEnd(4)} peer ${them.toFixed(2).padStart(9)} ${unit.padEnd(4)} ${ratio.toFixed(1).padStart(6)}x   bar: ${bar}`);
}

// --- the cases ----------------------------------------------------------------------------------------
console.log(heading());

if (wants('start')) {
  const a = [], b = [];
  for (let i = 0; i < 5; i++) { let s = await ours.start(); a.push(s.startMs); await stop(s); s = await peer.start(); b.push(s.startMs); await stop(s); }
  row('spawn to first MCP answer, p50 of 5', 'ms', at(a, 0.5), at(b, 0.5), '< 100 ms');
}
const us = await ours.start(), them = await peer.start();
try {
  await ours.add(us, 'bench', `${origin}/openapi.json`);
  await peer.add(them, 'bench', `${origin}/openapi.json`);
  if (wants('trivial')) {
    const [a1, b1] = [await run(us, 'return 1+1', total, 1), await run(them, 'return 1+1', total / 2, 1)];
    row('return 1+1, 1 client, p50', 'ms', a1.p50, b1.p50, '< 0.5 ms');
    row('return 1+1, 1 client, p99', 'ms', a1.p99, b1.p99, '');
    const [a16, b16] = [await run(us, 'return 1+1', total * 10, 16), await run(them, 'return 1+1', total, 16)];
    row('return 1+1, 16 clients, throughput', '/s', a16.perSecond, b16.perSecond, '>= 10x', 'more');
    row('return 1+1, 16 clients, p50', 'ms', a16.p50, b16.p50, '');
    const [node, nodePeer] = [await measure(us, 'return 1+1', total, 1), await measure(them, 'return 1+1', total / 2, 1)];
    row('the same by a Node client, 1 client, p50', 'ms', node.p50, nodePeer.p50, '');
  }
  if (wants('tool')) {
    const one = (kind) => `${kind.call} return 1`;
    const ten = (kind) => `for (let i = 0; i < 10; i++) { ${kind.call} } return 10`;
    const [a1, b1] = [await run(us, one(ours), total, 1), await run(them, one(peer), total / 4, 1)];
    row('one tool call, 1 client, p50', 'ms', a1.p50, b1.p50, '');
    const [a16, b16] = [await run(us, one(ours), total * 5, 16), await run(them, one(peer), total / 2, 16)];
    row('one tool call, 16 clients, throughput', '/s', a16.perSecond, b16.perSecond, '>= 15x', 'more');
    const [aTen, bTen] = [await run(us, ten(ours), total / 2, 1), await run(them, ten(peer), total / 10, 1)];
    row('ten calls in turn, 1 client, p50', 'ms', aTen.p50, bTen.p50, '< 3 ms');
  }
  if (wants('isolation')) {
    const spin = 'const end = Date.now(); let s = 0; for (let i = 0; i < 4e7; i++) s += i; return s';
    const quiet = async (server) => (await measure(server, 'return 1+1', 300, 1)).p50;
    const during = async (server) => {
      const hog = new Mcp(server);
      await hog.connect();
      let running = true;
      const loop = (async () => { while (running) await hog.rpc('tools/call', { name: 'execute', arguments: { code: spin } }).catch(() => {}); })();
      await sleep(300);
      const client = await new Mcp(server).connect();
      const samples = [];
      for (const end = performance.now() + 6000; performance.now() < end && samples.length < 300;) { const t = performance.now(); await client.execute('return 1+1'); samples.push(performance.now() - t); }
      running = false;
      await loop;
      return at(samples, 0.5);
    };
    const [a, b] = [await quiet(us), await quiet(them)];
    const [aHog, bHog] = [await during(us), await during(them)];
    row('p50 of others beside a CPU-bound program, rise', 'ms', Math.max(0.01, aHog - a), Math.max(0.01, bHog - b), '< 10 ms');
  }
  if (wants('github')) {
    const a = [], b = [];
    for (let i = 0; i < 3; i++) { const t = performance.now(); await ours.add(us, `github${i}`, `${origin}/github.json`, origin); a.push(performance.now() - t); }
    for (let i = 0; i < 2; i++) { const t = performance.now(); await peer.add(them, `github${i}`, `${origin}/github.json`, origin); b.push(performance.now() - t); }
    row("add GitHub's document (13 MB), first time", 's', a[0] / 1000, b[0] / 1000, '< 0.4 s');
  }
} finally {
  await stop(us);
  await stop(them);
}
if (wants('memory')) {
  const a = await ours.start(), b = await peer.start();
  await new Mcp(a).connect().then((c) => c.execute('return 1'));
  await new Mcp(b).connect().then((c) => c.execute('return 1'));
  await sleep(idleSeconds * 1000);
  row(`RSS of the server after ${idleSeconds} idle s`, 'MiB', rssMiB(a.pid), rssMiB(b.pid), '< 40 MiB');
  row(`PSS of its whole process tree`, 'MiB', pssMiB(a.pid), pssMiB(b.pid), '');
  await stop(a);
  await stop(b);
}
upstream.closeAllConnections();
upstream.close();
console.log('\n| case | ours | peer | ratio | bar |\n|---|---|---|---|---|');
for (const [name, a, b, ratio, bar, unit] of table) console.log(`| ${name} | ${a.toFixed(2)} ${unit} | ${b.toFixed(2)} ${unit} | ${ratio.toFixed(1)}x | ${bar} |`);
process.exit(0);
