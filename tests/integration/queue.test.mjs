// More executions than places: REST, MCP and the command line say so, and nothing is lost.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  api,
  binary,
  callTool,
  cleanEnv,
  execute,
  startExecutor,
  until,
} from '../support/executor.mjs';

const FOREVER = 'await new Promise((r) => setTimeout(r, 600000))';
let server;
before(async () => {
  server = await startExecutor({
    env: { EXECUTOR_WORKSPACE_RUNNING: '1', EXECUTOR_WORKSPACE_QUEUED: '2' },
  });
});
after(() => server.remove());

const start = (code, extra = {}) => api(server, 'POST', '/api/v1/executions', { code, ...extra });
const show = (id) => api(server, 'GET', `/api/v1/executions/${id}`).then((r) => r.body);
// Has the only place when this returns, also in the store.
async function hold() {
  const { taskId } = (await start(FOREVER)).body;
  const running = async () => (await api(server, 'GET', '/api/v1/executions?state=running')).body;
  await until(async () => (await running()).items.some((e) => e.taskId === taskId), 'it runs');
  return taskId;
}
const cancel = (id) => api(server, 'POST', `/api/v1/executions/${id}/cancel`);
const cli = (...args) =>
  promisify(execFile)(binary, args, { env: cleanEnv({ EXECUTOR_DATA_DIR: server.dataDir }) });

test('beyond the places executions are queued, with their position wherever a state is shown', async () => {
  const holder = await hold();
  const queued = (await start('return "after"')).body;
  assert.equal(queued.status, 'queued');
  assert.equal(queued.queuePosition, 1);
  const listed = (await api(server, 'GET', '/api/v1/executions?state=queued')).body.items;
  assert.deepEqual(
    listed.map((e) => [e.taskId, e.queuePosition]),
    [[queued.taskId, 1]],
  );
  assert.match((await cli('execution', 'show', queued.taskId)).stderr, /number 1 in the queue/);
  assert.match((await cli('execution', 'list')).stdout, new RegExp(`${queued.taskId} +queued +1 `));

  const mcp = await api(server, 'POST', '/api/v1/executions', {
    code: 'return "mcp"',
    wait: 50,
    graceMs: 0,
  });
  assert.equal(mcp.body.queuePosition, 2);

  const full = await start('return "too many"');
  assert.equal(full.status, 429);
  assert.equal(full.body.error.code, 'limit_exceeded');
  assert.match(full.body.error.message, /2 executions in its queue behind 1 that run/);
  assert.ok(full.body.error.hint);
  assert.ok(Number(full.headers.get('retry-after')) > 0);
  const refused = await execute(server, 'return "too many"');
  assert.equal(refused.isError, true);
  assert.match(refused.content[0].text, /^limit_exceeded: .*in its queue/);

  await cancel(holder);
  for (const [id, result] of [
    [queued.taskId, 'after'],
    [mcp.body.taskId, 'mcp'],
  ]) {
    const rest = await callTool(server, 'resume', { taskId: id });
    assert.equal(rest.structuredContent.result, result, rest.content[0].text);
    assert.equal(rest.structuredContent.queuePosition, undefined);
  }
});

test('the command line waits in the queue, and says so once it is told', async () => {
  const holder = await hold();
  const child = execFile(binary, ['execute', '-'], {
    env: cleanEnv({ EXECUTOR_DATA_DIR: server.dataDir }),
  });
  const done = new Promise((r) => child.once('close', r));
  let out = '';
  let err = '';
  child.stdout.on('data', (d) => (out += d));
  child.stderr.on('data', (d) => (err += d));
  child.stdin.end('return "from the queue"');
  await until(() => /number 1 in the queue/.test(err), 'the position is told');
  await cancel(holder);
  assert.equal(await done, 0, err);
  assert.equal(out, '"from the queue"\n');
});

test('a queued execution is cancelled without having run', async () => {
  const holder = await hold();
  const queued = (await start('return 1')).body;
  assert.equal((await cancel(queued.taskId)).body.status, 'cancelled');
  const events = await api(server, 'GET', `/api/v1/executions/${queued.taskId}/events`);
  assert.deepEqual(
    events.body.items.map((e) => e.kind),
    ['created', 'finished'],
  );
  await cancel(holder);
  assert.equal((await show(queued.taskId)).status, 'cancelled');
});
