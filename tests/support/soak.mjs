// Mixed load for a bounded time; exits 1 at the first wrong answer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { api, execute, startExecutor } from './executor.mjs';
import { itemsDocument, startUpstream } from './upstream.mjs';

const seconds = Number(process.argv[2] ?? 600);
const rss = (pid) =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024);
const upstream = await startUpstream({
  'GET /items': () => [{ id: 1, name: 'a' }],
  'POST /items': (r) => ({ id: 2, ...JSON.parse(r.body) }),
});
const server = await startExecutor();
assert.equal(
  (
    await api(server, 'POST', '/api/v1/sources', {
      name: 'items',
      document: JSON.stringify(itemsDocument(upstream.url)),
    })
  ).status,
  201,
);

const kinds = {
  trivial: async () =>
    assert.equal((await execute(server, 'return 1 + 1')).structuredContent.result, 2),
  read: async () =>
    assert.equal(
      (await execute(server, 'return (await tools.items.items.list({})).length')).structuredContent
        .result,
      1,
    ),
  parallel: async () =>
    assert.equal(
      (
        await execute(
          server,
          'return (await Promise.all(Array.from({ length: 10 }, () => tools.items.items.list({})))).length',
        )
      ).structuredContent.result,
      10,
    ),
  timer: async () =>
    assert.equal(
      (await execute(server, 'await new Promise((r) => setTimeout(r, 5)); return "t"'))
        .structuredContent.result,
      't',
    ),
  error: async () =>
    assert.equal(
      (await execute(server, 'throw new Error("x")')).structuredContent.status,
      'failed',
    ),
  hog: async () =>
    assert.match(
      (await execute(server, 'for (;;) {}', { timeoutMs: 300 })).structuredContent.status,
      /timed_out|failed/,
    ),
  memory: async () =>
    assert.match(
      (
        await execute(server, 'const a = []; for (;;) a.push(new Array(1000).fill(1.5))', {
          timeoutMs: 3000,
        })
      ).structuredContent.status,
      /timed_out|failed/,
    ),
  write: async () => {
    let over = false;
    const running = execute(
      server,
      'return (await tools.items.items.create({ name: "n" })).id',
    ).finally(() => (over = true));
    // Another lane may decide this one's approval, and this lane another's.
    while (!over) {
      const { items } = (await api(server, 'GET', '/api/v1/approvals?status=pending')).body;
      for (const a of items)
        await api(server, 'POST', `/api/v1/approvals/${a.id}/decision`, { decision: 'approve' });
    }
    assert.equal((await running).structuredContent.result, 2);
  },
};
const weights = [
  ['trivial', 40],
  ['read', 30],
  ['parallel', 5],
  ['timer', 10],
  ['error', 10],
  ['hog', 1],
  ['memory', 1],
  ['write', 3],
];
const pick = () => {
  let n = Math.random() * 100;
  for (const [k, w] of weights) if ((n -= w) < 0) return k;
  return 'trivial';
};
const counts = {};
const start = rss(server.pid);
const end = Date.now() + seconds * 1000;
await Promise.all(
  Array.from({ length: 12 }, async () => {
    while (Date.now() < end) {
      const kind = pick();
      await kinds[kind]();
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }),
);
console.log(JSON.stringify({ seconds, counts, rssStartMiB: start, rssEndMiB: rss(server.pid) }));
await server.remove();
await upstream.close();
