// kill -9 of the server or of a worker: what was acknowledged is there, nothing is sent twice.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import {
  api,
  callTool,
  execute,
  rpc,
  startExecutor,
  tempDir,
  until,
} from '../support/executor.mjs';
import { itemsDocument, startUpstream } from '../support/upstream.mjs';

let upstream;
before(async () => {
  upstream = await startUpstream({
    'GET /items': () => [],
    'POST /items': (r) => ({ id: 1, ...JSON.parse(r.body) }),
  });
});
after(async () => {
  await upstream.close();
});

const add = (server) =>
  api(server, 'POST', '/api/v1/sources', {
    name: 'items',
    document: JSON.stringify(itemsDocument(upstream.url)),
  });
const pending = (server) =>
  api(server, 'GET', '/api/v1/approvals?status=pending').then((r) => r.body.items);

// Processes below `pid` whose command line names the sandbox.
function descendants(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      parents.set(
        Number(name),
        Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))[1]),
      );
    } catch {
      /* gone */
    }
  }
  const below = (p) => {
    for (let q = parents.get(p); q; q = parents.get(q)) if (q === pid) return true;
    return false;
  };
  return [...parents.keys()].filter(below);
}

test('after kill -9 sources, connections, history and pending approvals are there, and the approved call is sent once', async () => {
  const dataDir = tempDir();
  let server = await startExecutor({ dataDir });
  assert.equal((await add(server)).status, 201);
  await api(server, 'POST', '/api/v1/connections', {
    source: 'items',
    kind: 'bearer',
    secret: 'kept-secret',
  });
  const done = await execute(server, 'return "history"');
  const waiting = execute(
    server,
    'const before = (await tools.items.items.list({})).length; const made = await tools.items.items.create({ name: "after the crash" }); return { before, made }',
  ).catch(() => null);
  await until(async () => (await pending(server)).length === 1, 'an approval is pending');
  const taskId = (await pending(server))[0].executionId;
  await server.stop('SIGKILL');
  await waiting;

  server = await startExecutor({ dataDir });
  assert.deepEqual(
    (await api(server, 'GET', '/api/v1/sources')).body.items.map((s) => s.name),
    ['items'],
  );
  assert.equal((await api(server, 'GET', '/api/v1/connections')).body.items.length, 1);
  assert.equal(
    (await api(server, 'GET', `/api/v1/executions/${done.structuredContent.taskId}`)).body.status,
    'completed',
  );
  const [approval] = await pending(server);
  assert.equal(approval.executionId, taskId);
  assert.equal(upstream.requests('POST').length, 0);
  assert.equal(
    (
      await api(server, 'POST', `/api/v1/approvals/${approval.id}/decision`, {
        decision: 'approve',
      })
    ).status,
    200,
  );
  const rest = await callTool(server, 'resume', { taskId });
  assert.equal(rest.structuredContent.status, 'completed', rest.content[0].text);
  assert.deepEqual(rest.structuredContent.result, {
    before: 0,
    made: { id: 1, name: 'after the crash' },
  });
  assert.equal(upstream.requests('POST').length, 1);
  assert.equal(upstream.requests('POST')[0].headers.authorization, 'Bearer kept-secret');
  await server.remove();
});

test('when its worker is killed only a computing execution fails; those that wait go on elsewhere', async () => {
  const server = await startExecutor();
  assert.equal((await add(server)).status, 201);
  let release;
  let sent = 0;
  upstream.handlers['GET /items'] = () =>
    new Promise((r) => {
      sent += 1;
      release = () => r([1, 2, 3]);
    });
  const waiting = execute(
    server,
    'const before = Math.random(); const list = await tools.items.items.list({}); return { length: list.length, same: before > 0 }',
  );
  await until(() => release, 'the program waits for the upstream');
  const posts = upstream.requests('POST').length;
  const asking = execute(
    server,
    'return (await tools.items.items.create({ name: "after the kill" })).name',
  );
  await until(async () => (await pending(server)).length === 1, 'an approval is pending');
  const computing = execute(server, 'for (;;) {}');
  await until(
    async () =>
      (await api(server, 'GET', '/api/v1/executions')).body.items.length === 3,
    'the computing one is there',
  );
  // The zygote is the server's child; workers are below it. Killing all workers must not end the server.
  const zygotes = descendants(server.pid).filter(
    (p) => Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${p}/stat`, 'utf8'))[1]) === server.pid,
  );
  const workers = descendants(server.pid).filter((p) => !zygotes.includes(p));
  assert.ok(workers.length > 0, 'workers run below the zygote');
  for (const worker of workers) {
    try {
      process.kill(worker, 'SIGKILL');
    } catch {
      /* gone already */
    }
  }
  const failed = await computing;
  assert.equal(failed.structuredContent.status, 'failed');
  assert.equal(failed.structuredContent.errorDetail.code, 'worker_crashed');
  release();
  const answered = await waiting;
  assert.deepEqual(answered.structuredContent.result, { length: 3, same: true });
  assert.equal(sent, 1, 'the call under way was not sent again');
  const [approval] = await pending(server);
  await api(server, 'POST', `/api/v1/approvals/${approval.id}/decision`, { decision: 'approve' });
  assert.equal((await asking).structuredContent.result, 'after the kill');
  assert.equal(upstream.requests('POST').length, posts + 1);
  upstream.handlers['GET /items'] = () => [];
  assert.equal((await execute(server, 'return "next"')).structuredContent.result, 'next');
  await server.remove();
});

test('a second server on the same data is refused and names the first', async () => {
  const server = await startExecutor();
  await assert.rejects(startExecutor({ dataDir: server.dataDir }), (e) => {
    assert.match(e.message, /data_dir_locked/);
    assert.match(e.message, new RegExp(String(server.pid)));
    return true;
  });
  assert.equal((await execute(server, 'return 1')).structuredContent.result, 1);
  await server.remove();
});

test('a corrupt database and a taken port are clear errors', async () => {
  const server = await startExecutor();
  const port = new URL(server.url).port;
  await assert.rejects(startExecutor({ listen: `127.0.0.1:${port}` }), /address_in_use/);
  const { dataDir } = server;
  await server.stop();
  const { writeFileSync, readdirSync: list } = await import('node:fs');
  const { join } = await import('node:path');
  for (const name of list(dataDir).filter((n) => /\.db(-wal|-shm)?$/.test(n)))
    writeFileSync(join(dataDir, name), Buffer.alloc(8192, 0x41));
  await assert.rejects(startExecutor({ dataDir }), /store_corrupt/);
});

test('SIGTERM lets a running execution finish', async () => {
  const server = await startExecutor();
  assert.equal((await add(server)).status, 201);
  let release;
  upstream.handlers['GET /items'] = () =>
    new Promise((r) => {
      release = () => r([1, 2]);
    });
  const running = execute(server, 'return (await tools.items.items.list({})).length');
  await until(() => release, 'the upstream is called');
  const stopping = server.stop('SIGTERM');
  await new Promise((r) => setTimeout(r, 200));
  release();
  assert.equal((await running).structuredContent.result, 2);
  assert.equal((await stopping).code, 0);
  upstream.handlers['GET /items'] = () => [];
});

test('the same idempotencyKey is the same execution', async () => {
  const server = await startExecutor();
  const a = await execute(server, 'return Math.random()', { idempotencyKey: 'k1' });
  const b = await execute(server, 'return Math.random()', { idempotencyKey: 'k1' });
  assert.equal(a.structuredContent.taskId, b.structuredContent.taskId);
  assert.equal(a.structuredContent.result, b.structuredContent.result);
  const { body } = await rpc(server, { jsonrpc: '2.0', id: 1, method: 'ping' });
  assert.deepEqual(body.result, {});
  await server.remove();
});
