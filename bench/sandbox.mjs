// The sandbox's table: what a run costs inside the server, the type check, and execution over HTTP beside
// the peer and workerd, in one run on one machine. Prints markdown; asserts nothing.
//
// Repeated and all-different programs are separate rows, because what is remembered between runs flatters the
// first kind. Over HTTP all systems are driven by the same Node client and call the same Node upstream. workerd
// gets plain JavaScript and bench/workerd, the smallest host that gives each program an isolate of its own: no
// MCP, no record, no policy, so it does much less than the other two.
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Mcp, at, freePort, heading, load, ours, peer, pssMiB, root, send, stop, temp } from './servers.mjs';

const only = process.argv.slice(2);
const wants = (name) => only.length === 0 || only.includes(name);
const count = Number(process.env.TOTAL ?? 1000);
const waiters = 50;
const github = path.join(root, 'node_modules/@octokit/openapi/generated/api.github.com.json');
// GitHub's document so many times is some 35,000 tools.
const copies = Number(process.env.COPIES ?? 29);

// --- the upstream: /ping answers at once, /hang when told to ------------------------------------------
const ok = { 200: { description: 'ok', content: { 'application/json': { schema: { type: 'object', properties: { pong: { type: 'boolean' } } } } } } };
const operation = (id) => ({ get: { operationId: id, tags: ['bench'], responses: ok } });
let hanging = [];
const upstream = http.createServer((request, response) => {
  const answer = (body) => { response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }); response.end(body); };
  if (request.url === '/hang') return hanging.push(() => answer('{"pong":true}'));
  if (request.url !== '/openapi.json') return answer('{"pong":true}');
  answer(JSON.stringify({ openapi: '3.0.3', info: { title: 'Bench', version: '1' }, servers: [{ url: origin }], tags: [{ name: 'bench' }], paths: { '/ping': operation('ping'), '/hang': operation('hang') } }));
});
upstream.keepAliveTimeout = 60_000;
await new Promise((r) => upstream.listen(0, '127.0.0.1', r));
const origin = `http://127.0.0.1:${upstream.address().port}`;

// --- three systems with one face: start, stop, one execution ------------------------------------------
const workerd = {
  name: 'workerd',
  async start() {
    const dir = process.env.EXECUTOR_WORKERD_DIR, port = await freePort(), home = temp('bench-workerd-');
    const bin = path.join(dir, 'node_modules/@cloudflare/workerd-linux-64/bin/workerd');
    const child = spawn(bin, ['serve', '--experimental', '-I', path.join(dir, 'node_modules/workerd'), path.join(root, 'bench/workerd/run.capnp'), '--socket-addr', `http=127.0.0.1:${port}`, '--external-addr', `upstream=127.0.0.1:${upstream.address().port}`], { stdio: 'ignore' });
    const server = { url: `http://127.0.0.1:${port}`, pid: child.pid, child, home };
    for (;;) {
      try { await send(`${server.url}/`, 'GET', {}); return server; } catch { await sleep(2); }
      if (child.exitCode !== null) throw new Error('workerd ended');
    }
  },
};
const call = {
  executor: (tool) => `await tools.bench.bench.${tool}({});`,
  peer: (tool) => `await tools.bench.org.main.bench.${tool}({});`,
  workerd: (tool) => `await call("${tool}");`,
};
async function client(system, server) {
  if (system !== 'workerd') {
    const mcp = await new Mcp(server).connect();
    return (code) => mcp.execute(code);
  }
  return async (code) => {
    const { status, text } = await send(`${server.url}/run`, 'POST', { 'content-type': 'text/plain' }, code);
    if (status !== 200 || !JSON.parse(text).ok) throw new Error(`workerd: ${status} ${text.slice(0, 300)}`);
  };
}
// Programs whose text comes again, or never comes again.
const source = (code, different) => { let n = 0; return () => (different ? `const k${++n} = ${n}; ${code}` : code); };

// --- rows ----------------------------------------------------------------------------------------------
const fixed = (v, unit) => (v === undefined ? '' : typeof v === 'string' ? v : `${v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2)} ${unit}`);
function row(name, unit, us, bar, them, other) {
  console.log(`| ${name} | ${fixed(us, unit)} | ${fixed(them, unit)} | ${fixed(other, unit)} | ${bar ?? ''} |`);
}
const held = (value, limit, more = false) => (more ? value >= limit : value <= limit) ? '' : ', **missed**';

console.log(`${heading()}, workerd ${execFileSync(path.join(process.env.EXECUTOR_WORKERD_DIR, 'node_modules/@cloudflare/workerd-linux-64/bin/workerd'), ['--version']).toString().trim().split(' ').pop()}\n`);
console.log('| case | ours | peer | workerd | bar |\n|---|---|---|---|---|');

if (wants('inside')) {
  const out = execFileSync(path.join(root, 'build/bench/run-cost-bench'), { stdio: ['ignore', 'pipe', 'inherit'] }).toString();
  const figures = Object.fromEntries(out.trim().split('\n').map(JSON.parse).map((f) => [f.name, f]));
  const show = (key, name, limit, more = false) => {
    const f = figures[key];
    row(`${name}${f.count > 1 ? ', p50' : ''}`, f.unit, f.p50, limit === undefined ? '' : `${more ? '>=' : '<='} ${limit.toLocaleString('en')} ${f.unit}${held(f.p50, limit, more)}`);
    if (f.count > 1) row(`${name}, p99`, f.unit, f.p99, '');
  };
  show('restore', 'restore of the image');
  show('first-instruction-repeated', 'restore to first instruction, repeated', 30);
  show('first-instruction-different', 'restore to first instruction, different', 30);
  show('strip-types', 'strip types, 0.4 KB, different');
  show('trivial-repeated', 'inside the server: return 1 + 1, repeated');
  show('trivial-different', 'inside the server: return 1 + 1, different');
  show('round-trip-repeated', 'inside the server: TypeScript, one call answered at once, repeated', 200);
  show('round-trip-different', 'inside the server: TypeScript, one call answered at once, different', 200);
  show('throughput-repeated', 'the same, 2 workers with 8 each, repeated', 10_000, true);
  show('throughput-different', 'the same, 2 workers with 8 each, different', 10_000, true);
  show('throughput-trivial-repeated', 'return 1 + 1, 2 workers with 8 each, repeated');
  show('throughput-trivial-different', 'return 1 + 1, 2 workers with 8 each, different');
  show('worker-ready', 'worker ready', 5);
  show('pool-empty', 'first run when the pool is empty', 10);
  show('waiting', 'private memory of a waiting run', 200);
  show('fib30', 'fib(30), CPU of the program');
}

if (wants('compute') && process.env.QUICKJS_DIR) {
  const f = JSON.parse(execFileSync(path.join(root, 'bench/native'), [process.env.QUICKJS_DIR]).toString());
  row(`fib(30) beside native QuickJS-ng ${f.version} (${f.native} ms)`, 'x', f.ratio, `<= 1.5 x${held(f.ratio, 1.5)}`);
}

// About 1 KB that uses four tools of GitHub and their results; no two alike.
const checked = (n) => `// run ${n}
const owner = "acme", repo = "web";
const issues = await tools.github0.issues.list_for_repo({ owner, repo, state: "open", per_page: ${(n % 90) + 1} });
const labels = new Map<string, number>();
for (const issue of issues) {
  for (const label of issue.labels) {
    const name = typeof label === "string" ? label : label.name ?? "none";
    labels.set(name, (labels.get(name) ?? 0) + 1);
  }
}
const pulls = await tools.github0.pulls.list({ owner, repo, state: "open" });
const drafts = pulls.filter((p) => p.draft).map((p) => ({ number: p.number, title: p.title, author: p.user?.login }));
const commits = await tools.github0.repos.list_commits({ owner, repo, per_page: 30 });
const authors = [...new Set(commits.map((c) => c.commit.author?.name ?? "unknown"))].sort();
const me = await tools.github0.users.get_authenticated({});
return {
  owner, repo, me, drafts, authors, run: ${n},
  open: issues.length,
  oldest: issues.map((i) => i.created_at).sort()[0],
  labels: [...labels].sort((a, b) => b[1] - a[1]).slice(0, 10),
};`;
if (wants('check')) {
  const server = await ours.start();
  const document = fs.readFileSync(github, 'utf8');
  const add = (i) => ours.rest(server, 'POST', '/api/v1/sources', { name: `github${i}`, document });
  const check = (code) => ours.rest(server, 'POST', '/api/v1/check', { code });
  const measure = async (next, n) => {
    const answer = await check(next());
    if (answer.status === 'skipped') throw new Error(JSON.stringify(answer));
    for (let i = 0; i < 50; i++) await check(next());
    return load(() => check(next()), n, 1);
  };
  try {
    let n = 0;
    await add(0);
    const few = await measure(() => checked(n++), 500), same = await measure(() => checked(-1), 500);
    for (let i = 1; i < copies; i++) await add(i);
    const many = await measure(() => checked(n++), 500);
    row('type check by REST, 1 KB, 1 × GitHub (1,223 tools), different, p50', 'ms', few.p50, `<= 3 ms${held(few.p50, 3)}`);
    row('the same, p99', 'ms', few.p99, '');
    row(`type check by REST, 1 KB, ${copies} × GitHub, different, p50`, 'ms', many.p50, `<= 3 ms${held(many.p50, 3)}`);
    row('the same, p99', 'ms', many.p99, '');
    row('type check by REST, 1 KB, repeated, p50', 'ms', same.p50, '');
  } finally {
    await stop(server);
  }
}

if (wants('http') || wants('memory')) {
  const servers = { executor: await ours.start(), peer: await peer.start(), workerd: await workerd.start() };
  const names = Object.keys(servers);
  try {
    await ours.add(servers.executor, 'bench', `${origin}/openapi.json`);
    await peer.add(servers.peer, 'bench', `${origin}/openapi.json`);
    const three = async (f) => { const out = {}; for (const n of names) out[n] = await f(n, servers[n]); return out; };
    const run = (code, different, concurrency) => three(async (system, server) => {
      const clients = await Promise.all(Array.from({ length: concurrency }, () => client(system, server)));
      const next = source(code(system), different), n = system === 'executor' ? count * (concurrency > 1 ? 4 : 1) : count / 2;
      await load((w) => clients[w](next()), 100, concurrency);
      return load((w) => clients[w](next()), n, concurrency);
    });
    const cases = [['return 1 + 1', () => 'return 1 + 1'], ['one tool call', (s) => `${call[s]('ping')} return 1`]];
    for (const [name, code] of wants('http') ? cases : []) for (const different of [false, true]) {
      const kind = different ? 'different' : 'repeated';
      const one = await run(code, different, 1);
      row(`over HTTP: ${name}, ${kind}, 1 client, p50`, 'ms', one.executor.p50, '', one.peer.p50, one.workerd.p50);
      const many = await run(code, different, 16);
      row(`over HTTP: ${name}, ${kind}, 16 clients`, '/s', many.executor.perSecond, '', many.peer.perSecond, many.workerd.perSecond);
    }
    if (wants('http')) {
      const code = () => 'function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); } return fib(30)';
      const f = await three(async (system, server) => load(await client(system, server).then((c) => () => c(code())), 5, 1));
      row('over HTTP: fib(30), p50 of 5', 'ms', f.executor.p50, '', f.peer.p50, f.workerd.p50);
    }
    if (wants('memory')) {
      const kib = await three(async (system, server) => {
        const clients = await Promise.all(Array.from({ length: waiters }, () => client(system, server)));
        for (const c of clients) await c('return 1');
        await sleep(1000);
        const before = pssMiB(server.pid);
        const all = clients.map((c) => c(`${call[system]('hang')} return 1`));
        for (const end = performance.now() + 20_000; hanging.length < waiters && performance.now() < end;) await sleep(20);
        if (hanging.length < waiters) console.error(`${system}: only ${hanging.length} of ${waiters} wait`);
        await sleep(1000);
        const each = ((pssMiB(server.pid) - before) * 1024) / Math.max(1, hanging.length);
        for (const answer of hanging) answer();
        hanging = [];
        await Promise.allSettled(all);
        return each;
      });
      row(`PSS of the process tree for each execution that waits for a call (${waiters})`, 'KiB', kib.executor, '', kib.peer, kib.workerd);
    }
  } finally {
    for (const n of names) await stop(servers[n]);
  }
}
upstream.closeAllConnections();
upstream.close();
process.exit(0);
