// No credential, token or other tenant's byte is in any process of the sandbox: their memory is read
// and searched, while programs that used all of it are alive (issue 3, Holds; D36's canaries).
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { api, execute, startExecutor, until } from '../support/executor.mjs';
import { itemsDocument, startUpstream } from '../support/upstream.mjs';

const canary = (name) => `${name}-${randomBytes(16).toString('hex')}`;
const canaries = {
  environment: canary('environment'),
  secret: canary('connection-secret'),
  cookie: canary('upstream-cookie'),
};
// What the program itself got: it has to be found, or the search proves nothing.
const visible = canary('visible-to-the-program');

let upstream, server;
before(async () => {
  upstream = await startUpstream({
    'GET /items': (request, response) => {
      response.setHeader('set-cookie', `session=${canaries.cookie}`);
      return [{ id: 1, name: visible }];
    },
    'POST /items': () => ({ id: 2 }),
  });
  server = await startExecutor({ env: { EXECUTOR_TEST_CANARY: canaries.environment } });
});
after(async () => {
  await server.remove();
  await upstream.close();
});

// The zygote and its children, by their command line.
function sandboxProcesses(pid) {
  const children = (p) =>
    readFileSync(`/proc/${p}/task/${p}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  const all = [];
  for (const queue = children(pid); queue.length > 0; ) {
    const next = queue.pop();
    all.push(next);
    queue.push(...children(next));
  }
  return all.filter((p) => readFileSync(`/proc/${p}/cmdline`, 'utf8').includes('sandbox-zygote'));
}

// Calls `look` with each piece of readable memory; a piece overlaps the one before it.
function readMemory(pid, look) {
  const kPiece = 4 << 20, kOverlap = 256;
  const file = openSync(`/proc/${pid}/mem`, 'r');
  let total = 0;
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const found = /^([0-9a-f]+)-([0-9a-f]+) (r\S+)/.exec(line);
    if (!found || /\[v(var|syscall)/.test(line)) continue;
    const end = BigInt('0x' + found[2]);
    for (let at = BigInt('0x' + found[1]); at < end; at += BigInt(kPiece - kOverlap)) {
      const piece = Buffer.alloc(Number(end - at < BigInt(kPiece) ? end - at : BigInt(kPiece)));
      try {
        total += readSync(file, piece, 0, piece.length, at);
        look(piece);
      } catch (e) {
        if (e.code !== 'EIO' && e.code !== 'EFAULT') throw e;
      }
    }
  }
  closeSync(file);
  return total;
}

function mayReadMemory() {
  try {
    closeSync(openSync(`/proc/${sandboxProcesses(server.pid)[0]}/mem`, 'r'));
    return true;
  } catch {
    return false;
  }
}

// Each way a secret is written on some wire.
const spellings = (secret) => [
  Buffer.from(secret),
  Buffer.from(secret, 'utf16le'),
  Buffer.from(Buffer.from(secret).toString('base64').slice(0, 40)),
];

test('the memory of every sandbox process holds no credential, token or key', async (t) => {
  if (!mayReadMemory()) return t.skip('only root may read the memory of another process');
  const document = JSON.stringify(itemsDocument(upstream.url));
  const added = await api(server, 'POST', '/api/v1/sources', { name: 'items', document });
  assert.equal(added.status, 201, JSON.stringify(added.body));
  const connected = await api(server, 'POST', '/api/v1/connections', {
    source: 'items',
    kind: 'bearer',
    secret: canaries.secret,
  });
  assert.equal(connected.status, 201, JSON.stringify(connected.body));
  // Reads with the credential, keeps what it got, and waits for a person: the worker stays alive.
  const code =
    'const kept = await tools.items.items.list({}); await tools.items.items.create({ name: "x" }); return kept';
  const waiting = execute(server, code);
  const approvals = () =>
    api(server, 'GET', '/api/v1/approvals?status=pending').then((r) => r.body.items);
  await until(async () => (await approvals()).length === 1, 'the call waits for a decision');
  const [sent] = upstream.requests('GET', '/items');
  assert.ok(JSON.stringify(sent.headers).includes(canaries.secret), 'the credential was used');

  const secrets = { ...canaries, ownerToken: server.ownerToken, apiKey: server.apiKey };
  const found = [], seen = [];
  const pids = sandboxProcesses(server.pid);
  assert.ok(pids.length >= 2, `zygote and workers, got ${pids.length}`);
  for (const pid of pids) {
    readMemory(pid, (piece) => {
      if (piece.includes(visible)) seen.push(pid);
      for (const [name, secret] of Object.entries(secrets)) {
        if (spellings(secret).some((s) => piece.includes(s))) found.push(`${name} in ${pid}`);
      }
    });
  }
  assert.deepEqual(found, []);
  assert.ok(seen.length > 0, 'what the program holds was found, so the search works');

  const [{ id }] = await approvals();
  await api(server, 'POST', `/api/v1/approvals/${id}/decision`, { decision: 'deny' });
  await waiting;
});
