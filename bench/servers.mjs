// What the benches share: an MCP client, our server and the peer as processes, load and memory.
//
// Both servers run at default settings in a directory of their own that goes away. The peer (npm
// executor@1.5.9) is installed outside the repository by bench/run.
import { spawn } from 'node:child_process';
import { execSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

// --- an MCP client over keep-alive HTTP ---------------------------------------------------------------
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
export function send(url, method, headers, body) {
  return new Promise((resolve, reject) => {
    const u = new URL(url);
    const r = http.request({ hostname: u.hostname, port: u.port, path: u.pathname + u.search, method, headers, agent }, (response) => {
      const chunks = [];
      response.on('data', (c) => chunks.push(c));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    r.on('error', reject);
    r.end(body);
  });
}
export class Mcp {
  constructor(server) { this.server = server; this.id = 1; }
  async rpc(method, params) {
    const id = this.id++;
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...this.server.headers, ...(this.session ? { 'mcp-session-id': this.session, 'mcp-protocol-version': '2025-06-18' } : {}) };
    const response = await send(this.server.mcpUrl, 'POST', headers, JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    if (response.headers['mcp-session-id']) this.session = response.headers['mcp-session-id'];
    const text = response.headers['content-type']?.includes('event-stream') ? response.text.split('\n').filter((l) => l.startsWith('data:')).map((l) => l.slice(5)).find((l) => JSON.parse(l).id === id) : response.text;
    const message = JSON.parse(text);
    if (message.error) throw new Error(JSON.stringify(message.error));
    return message.result;
  }
  async connect() {
    await this.rpc('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } });
    return this;
  }
  async execute(code) {
    const result = await this.rpc('tools/call', { name: 'execute', arguments: { code } });
    const status = result.structuredContent?.status;
    if (result.isError || (status && status !== 'completed')) throw new Error(JSON.stringify(result).slice(0, 400));
    return result;
  }
}

// --- the two servers ----------------------------------------------------------------------------------
export const freePort = () => new Promise((resolve) => { const s = http.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); }); });
export const temp = (name) => fs.mkdtempSync(path.join(os.tmpdir(), name));
const initialize = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'probe', version: '0' } } });

async function untilAnswers(server, from) {
  for (;;) {
    try {
      const r = await send(server.mcpUrl, 'POST', { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...server.headers }, initialize);
      if (r.status === 200) return performance.now() - from;
    } catch { /* not yet */ }
    if (performance.now() - from > 60_000) throw new Error('no answer in 60 s');
    await sleep(1);
  }
}

export const ours = {
  name: 'executor',
  path: 'bench.bench.ping',
  async start(home = temp('bench-ours-')) {
    const port = await freePort(), from = performance.now();
    const ready = path.join(home, 'ready.json');
    fs.rmSync(ready, { force: true });
    const child = spawn(path.join(root, 'build/release/executor'), ['serve', '--listen', `127.0.0.1:${port}`, '--ready-file', ready, '--data-dir', home], { cwd: home, stdio: 'ignore' });
    while (!fs.existsSync(ready)) { if (child.exitCode !== null) throw new Error('our server ended'); await sleep(1); }
    const facts = JSON.parse(fs.readFileSync(ready));
    const server = { ...facts, child, home, headers: { 'x-api-key': facts.apiKey } };
    server.startMs = await untilAnswers(server, from);
    return server;
  },
  async rest(server, method, route, body) {
    const r = await send(server.url + route, method, { 'content-type': 'application/json', authorization: `Bearer ${server.ownerToken}` }, body && JSON.stringify(body));
    if (r.status >= 300) throw new Error(`${route}: ${r.status} ${r.text.slice(0, 300)}`);
    return r.text ? JSON.parse(r.text) : null;
  },
  add: (server, name, url, baseUrl) => ours.rest(server, 'POST', '/api/v1/sources', { name, url, ...(baseUrl ? { baseUrl } : {}) }),
  call: 'const r = await tools.bench.bench.ping({}); if (!r.pong) throw new Error("no pong");',
};
export const peer = {
  name: 'peer 1.5.9',
  async start(home = temp('bench-peer-')) {
    const port = await freePort(), from = performance.now();
    const bin = path.join(process.env.EXECUTOR_PEER_DIR, 'node_modules/executor-linux-x64/bin/executor');
    const child = spawn(bin, ['web', '--port', String(port), '--hostname', '127.0.0.1'], { cwd: home, stdio: 'ignore', env: { ...process.env, HOME: home, EXECUTOR_DATA_DIR: path.join(home, '.executor'), DO_NOT_TRACK: '1', EXECUTOR_DISABLE_UPDATE_CHECK: '1', EXECUTOR_DISABLE_INTEGRATIONS_FETCH: '1' } });
    const server = { url: `http://127.0.0.1:${port}`, mcpUrl: `http://127.0.0.1:${port}/mcp`, pid: child.pid, child, home, headers: {} };
    server.startMs = await untilAnswers(server, from);
    return server;
  },
  async rest(server, method, route, body) {
    const r = await send(`${server.url}/api${route}`, method, { 'content-type': 'application/json' }, body && JSON.stringify(body));
    if (r.status >= 300) throw new Error(`${route}: ${r.status} ${r.text.slice(0, 300)}`);
    return r.text ? JSON.parse(r.text) : null;
  },
  async add(server, name, url, baseUrl) {
    await peer.rest(server, 'POST', '/openapi/specs', { spec: { kind: 'url', url }, slug: name, ...(baseUrl ? { baseUrl } : {}) });
    await peer.rest(server, 'POST', '/connections', { owner: 'org', name: 'main', integration: name, template: 'none', values: {} });
  },
  call: 'const r = await tools.bench.org.main.bench.ping({}); if (!r.ok) throw new Error("no pong");',
};
export async function stop(server) {
  const ended = new Promise((r) => server.child.once('exit', r));
  server.child.kill('SIGTERM');
  const timer = setTimeout(() => server.child.kill('SIGKILL'), 8000);
  await ended;
  clearTimeout(timer);
  fs.rmSync(server.home, { recursive: true, force: true });
}

// --- measuring ----------------------------------------------------------------------------------------
export const at = (values, p) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(p * values.length))];
export async function load(one, count, concurrency) {
  const samples = [];
  let started = 0;
  const from = performance.now();
  await Promise.all(Array.from({ length: concurrency }, async (_, worker) => {
    while (started < count) { started++; const t = performance.now(); await one(worker); samples.push(performance.now() - t); }
  }));
  return { p50: at(samples, 0.5), p99: at(samples, 0.99), perSecond: (samples.length / (performance.now() - from)) * 1000 };
}
export async function measure(server, code, count, concurrency) {
  const clients = await Promise.all(Array.from({ length: concurrency }, () => new Mcp(server).connect()));
  await load((w) => clients[w].execute(code), Math.min(200, count), concurrency);
  return load((w) => clients[w].execute(code), count, concurrency);
}
export const rssMiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
export function pssMiB(pid) {
  const parents = fs.readdirSync('/proc').filter((n) => /^\d+$/.test(n)).flatMap((n) => { try { return [[Number(n), Number(/\) \S (\d+)/.exec(fs.readFileSync(`/proc/${n}/stat`, 'utf8'))[1])]]; } catch { return []; } });
  const tree = [pid];
  for (let i = 0; i < tree.length; i++) for (const [child, parent] of parents) if (parent === tree[i]) tree.push(child);
  return tree.reduce((sum, p) => { try { return sum + Number(/^Pss:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${p}/smaps_rollup`, 'utf8'))[1]) / 1024; } catch { return sum; } }, 0);
}

// Commit and machine, as the first line of every table (D35).
export function heading() {
  const commit = execSync('git rev-parse --short HEAD', { cwd: root }).toString().trim();
  const dirty = execSync('git status --porcelain -uno', { cwd: root }).toString().trim() ? '+' : '';
  return `executor ${commit}${dirty} (release, defaults: FULL, journal, jail, type check) against peer 1.5.9; ${os.cpus().length} × ${os.cpus()[0].model}; load ${os.loadavg()[0].toFixed(2)}; ${new Date().toISOString().slice(0, 10)}`;
}
