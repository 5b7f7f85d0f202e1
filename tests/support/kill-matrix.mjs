// The kill matrix: a server is killed with SIGKILL at a named crash point while executions are under
// way, another one goes on on the same data, and nothing is lost or done twice.
//
// Every program reads, asks for approval of a create, sleeps a moment and reads again. The upstream
// records what it was sent, by a name that only this execution uses. A client that was not answered
// asks again with its idempotency key, as a real one would. At the end each program has completed
// with exactly one create, or says that the outcome of its create is unknown and there was at most
// one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { api, root, startExecutor, tempDir } from './executor.mjs';
import { itemsDocument, startUpstream } from './upstream.mjs';

// From the header, so that a point nobody tests is a failing test.
export const crashPoints = [
  ...readFileSync(join(root, 'src/base/crash-point.h'), 'utf8')
    .split('enum class CrashPoint')[1]
    .split('};')[0]
    .matchAll(/^ {2}(\w+),/gm),
].map((m) => m[1]);

const program = (name) => `
  const before = (await tools.items.items.list({})).length;
  let made;
  try { made = (await tools.items.items.create({ name: ${JSON.stringify(name)} })).name }
  catch (e) { made = e.code }
  await new Promise((r) => setTimeout(r, 20));
  await tools.items.items.list({});
  return { before, made };`;

const ended = (s) => ['completed', 'failed', 'timed_out', 'denied', 'cancelled'].includes(s);

class Matrix {
  constructor(count) {
    this.names = Array.from({ length: count }, (_, i) => `item-${i}`);
    this.ids = new Map();
    this.dataDir = tempDir('executor-kill-');
  }

  async open(env = {}) {
    const settings = { EXECUTOR_SUSPEND_AFTER_MS: '0', EXECUTOR_EGRESS: 'private', ...env };
    this.server = await startExecutor({ dataDir: this.dataDir, env: settings });
    return this.server;
  }

  dead() {
    return this.server.child.exitCode !== null || this.server.child.signalCode !== null;
  }

  // Undefined when the server is gone; everything else is an answer.
  async ask(...request) {
    try {
      return await api(this.server, ...request);
    } catch {
      await sleep(5);
      return undefined;
    }
  }

  // The same key is the same execution, so asking again is safe.
  async startMissing() {
    const missing = this.names.filter((name) => !this.ids.has(name));
    await Promise.all(
      missing.map(async (name) => {
        const answer = await this.ask('POST', '/api/v1/executions', {
          code: program(name),
          idempotencyKey: name,
        });
        if (answer?.status < 300) this.ids.set(name, answer.body.taskId ?? answer.body.id);
      }),
    );
  }

  async approveAll() {
    const pending = await this.ask('GET', '/api/v1/approvals?status=pending');
    await Promise.all(
      (pending?.body?.items ?? []).map((one) =>
        this.ask('POST', `/api/v1/approvals/${one.id}/decision`, { decision: 'approve' }),
      ),
    );
  }

  async states() {
    const found = [];
    for (const id of this.ids.values()) {
      const answer = await this.ask('GET', `/api/v1/executions/${id}`);
      if (answer?.status === 404) throw new Error(`${id} was acknowledged and is lost`);
      if (answer) found.push(answer.body);
    }
    return found;
  }

  // Until all have ended, or the server is dead.
  async work() {
    for (const end = Date.now() + 120_000; !this.dead(); await sleep(10)) {
      assert.ok(Date.now() < end, `not finished: ${JSON.stringify(await this.states())}`);
      await this.startMissing();
      await this.approveAll();
      if (this.ids.size < this.names.length) continue;
      const states = await this.states();
      if (states.length === this.names.length && states.every((s) => ended(s.status))) return states;
    }
    return undefined;
  }
}

function judge(matrix, states, upstream, point) {
  let unknown = 0;
  for (const state of states) {
    const name = matrix.names.find((n) => matrix.ids.get(n) === (state.taskId ?? state.id));
    const sent = upstream.requests('POST').filter((r) => JSON.parse(r.body).name === name).length;
    assert.equal(state.status, 'completed', `${point}: ${JSON.stringify(state)}`);
    assert.ok(sent <= 1, `${point}: ${name} was created ${sent} times`);
    if (state.result.made === name) assert.equal(sent, 1, `${point}: ${name}`);
    else assert.equal(state.result.made, 'outcome_unknown', `${point}: ${JSON.stringify(state)}`);
    if (state.result.made !== name) unknown += 1;
  }
  return { executions: states.length, unknown, created: upstream.requests('POST').length };
}

// Kills at the nth pass of `point`; `stopFirst` for the points of an orderly stop.
export async function killAt(point, count, { stopFirst = false } = {}) {
  const upstream = await startUpstream({
    'GET /items': () => [1, 2],
    'POST /items': (r) => ({ id: 1, ...JSON.parse(r.body) }),
  });
  const matrix = new Matrix(count);
  try {
    await matrix.open();
    const document = JSON.stringify(itemsDocument(upstream.url));
    const added = await matrix.ask('POST', '/api/v1/sources', { name: 'items', document });
    assert.equal(added.status, 201);
    await matrix.server.stop();
    const nth = Math.ceil(count / 2);
    // Who has left memory has nothing to hand over.
    const stay = stopFirst ? { EXECUTOR_SUSPEND_AFTER_MS: '60000' } : {};
    await matrix.open({ EXECUTOR_CRASH_AT: `${point}:${nth}`, ...stay });
    if (stopFirst) {
      await matrix.startMissing();
      await matrix.server.stop();
    } else {
      await matrix.work();
    }
    const { signal } = await matrix.server.exited;
    assert.equal(signal, 'SIGKILL', `${point} was passed ${nth} times`);
    await matrix.open();
    return judge(matrix, await matrix.work(), upstream, point);
  } finally {
    await matrix.server?.stop('SIGKILL');
    await upstream.close();
    rmSync(matrix.dataDir, { recursive: true, force: true });
  }
}

// So many times: `count` programs begin, and the server is told to stop while they leave.
export async function stopWhileLeaving(times, count) {
  const upstream = await startUpstream({
    'GET /items': () => [1, 2],
    'POST /items': (r) => ({ id: 1, ...JSON.parse(r.body) }),
  });
  const matrix = new Matrix(0);
  const exits = new Set();
  try {
    await matrix.open();
    const document = JSON.stringify(itemsDocument(upstream.url));
    await matrix.ask('POST', '/api/v1/sources', { name: 'items', document });
    for (let time = 0; time < times; ++time) {
      const names = Array.from({ length: count }, (_, i) => `item-${time}-${i}`);
      matrix.names.push(...names);
      await matrix.startMissing();
      await sleep(time);
      await matrix.server.stop();
      const { code, signal } = await matrix.server.exited;
      exits.add(`${code ?? signal}`);
      await matrix.open();
    }
    const states = await matrix.work();
    return { exits: [...exits], lost: times * count - states.length };
  } finally {
    await matrix.server?.stop('SIGKILL');
    await upstream.close();
    rmSync(matrix.dataDir, { recursive: true, force: true });
  }
}
