// The runtime `local-vm` (product.md section 2): the engine without its jail exists only where the operator
// has said so, and only for a program that names it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { api, binary, cleanEnv, cli, execute, startExecutor, tempDir } from '../support/executor.mjs';

const allowed = { DANGEROUSLY_ALLOW_LOCAL_VM: '1', EXECUTOR_TYPE_CHECK: 'off' };
const contentOf = (result) => result.structuredContent ?? {};

// The processes below a server, by how they were begun.
function zygotesOf(pid) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${entry}/stat`, 'utf8'))[1];
        const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
        return Number(parent) === pid ? [line[1]] : [];
      } catch {
        return [];
      }
    });
}

test('without the variable nobody can choose it, and no process without a jail exists', async (t) => {
  const server = await startExecutor({ env: { EXECUTOR_TYPE_CHECK: 'off' } });
  t.after(() => server.remove());
  for (const runtimeId of ['local-vm', 'LOCAL-VM', 'local-vm ', 'local-vm\u0000', 'local,local-vm']) {
    const result = await execute(server, 'return 1', { runtimeId });
    assert.equal(result.isError, true, runtimeId);
    const text = JSON.stringify(result);
    assert.match(text, /Unsupported runtime/);
    assert.match(text, /This server has: local\./);
  }
  const refused = JSON.stringify(await execute(server, 'return 1', { runtimeId: 'local-vm' }));
  assert.match(refused, /DANGEROUSLY_ALLOW_LOCAL_VM=1/, 'who may change that, and how');
  const headers = { 'x-dangerously-allow-local-vm': '1' };
  const body = { code: 'return 1', runtimeId: 'local-vm' };
  const rest = await api(server, 'POST', '/api/v1/executions', body, { headers });
  assert.equal(rest.status, 400, JSON.stringify(rest.body));
  assert.deepEqual(zygotesOf(server.child.pid), ['sandbox-zygote']);
  const { stdout } = await cli(server.dataDir, ['doctor']);
  assert.match(stdout, /ok\s+local-vm: not allowed/);
});

test('with it a program that names it runs there, every other in the jail', async (t) => {
  const server = await startExecutor({ env: allowed });
  t.after(() => server.remove());
  const there = contentOf(await execute(server, 'return 20 + 1', { runtimeId: 'local-vm' }));
  assert.equal(there.status, 'completed');
  assert.equal(there.result, 21);
  assert.equal(there.runtimeId, 'local-vm');
  const jailed = contentOf(await execute(server, 'return 1'));
  assert.equal(jailed.runtimeId, 'local');
  assert.match(server.output(), /local_vm_allowed/);
  const { stdout } = await cli(server.dataDir, ['doctor'], { env: allowed });
  assert.match(stdout, /ok\s+local-vm: allowed by DANGEROUSLY_ALLOW_LOCAL_VM.*return 1 \+ 1 gives 2/);
});

test('an execution of it is not taken up by a server that forbids it', async (t) => {
  const first = await startExecutor({ dataDir: tempDir(), env: allowed });
  const waiting = "await new Promise((done) => setTimeout(done, 600000)); return 'late'";
  const begun = execute(first, waiting, { runtimeId: 'local-vm' }).catch(() => {});
  let task;
  while (!task) {
    const { body } = await api(first, 'GET', '/api/v1/executions');
    task = (body.executions ?? body.items)?.find((e) => e.runtimeId === 'local-vm');
  }
  await first.stop('SIGKILL');
  await begun;
  const second = await startExecutor({
    dataDir: first.dataDir,
    env: { EXECUTOR_TYPE_CHECK: 'off' },
  });
  t.after(() => second.remove());
  let found;
  do {
    found = (await api(second, 'GET', `/api/v1/executions/${task.id ?? task.taskId}`)).body;
  } while (['running', 'waiting', 'queued'].includes(found.status));
  assert.equal(found.status, 'failed');
  assert.match(JSON.stringify(found), /The runtime local-vm is not available/);
});

// Nothing else is wrong with it.
const cloud = {
  EXECUTOR_DEPLOYMENT_MODE: 'cloud',
  AGENT_STORAGE_PROVIDER: 'agentfs-cloudflare',
  EXECUTOR_ENCRYPTION_KEY: Buffer.alloc(32, 'k').toString('base64'),
};

for (const [name, more] of [
  ['cloud mode', cloud],
  ['EXECUTOR_SANDBOX_REQUIRE=full', { EXECUTOR_SANDBOX_REQUIRE: 'full' }],
]) {
  test(`${name} refuses to start beside it`, () => {
    const dataDir = tempDir();
    const env = cleanEnv({ EXECUTOR_DATA_DIR: dataDir, ...allowed, ...more });
    const run = spawnSync(binary, ['serve', '--listen', '127.0.0.1:0'], {
      env,
      cwd: dataDir,
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.notEqual(run.status, 0);
    assert.match(run.stdout + run.stderr, /DANGEROUSLY_ALLOW_LOCAL_VM/);
  });
}
