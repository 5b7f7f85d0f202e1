// The official SDK 1.x with everything that goes back to the client: questions, progress, log
// messages, cancellation, resumption; over Streamable HTTP and over stdio.
import test, { after, before, beforeEach } from 'node:test';
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  ElicitRequestSchema,
  ElicitationCompleteNotificationSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { api, binary, cleanEnv, startExecutor, until } from '../support/executor.mjs';
import { itemsDocument, startUpstream } from '../support/upstream.mjs';

let server, upstream;
let created = [];
const clients = [];  // also those of a test that failed: they must not keep the process alive
let hold = null;
before(async () => {
  upstream = await startUpstream({
    'GET /items': async () => {
      if (hold) await hold;
      return [{ id: 1, name: 'first' }];
    },
    'POST /items': (r) => {
      created.push(JSON.parse(r.body).name);
      return { id: 2, ...JSON.parse(r.body) };
    },
  });
  server = await startExecutor();
  const added = await api(server, 'POST', '/api/v1/sources', {
    name: 'items',
    document: JSON.stringify(itemsDocument(upstream.url)),
  });
  assert.equal(added.status, 201, JSON.stringify(added.body));
});
after(async () => {
  for (const client of clients) await client.close().catch(() => {});
  await server.remove();
  await upstream.close();
});
beforeEach(() => {
  created = [];
  hold = null;
});

const CREATE = (name) => `return await tools.items.items.create({ name: "${name}" })`;
const pending = async () =>
  (await api(server, 'GET', '/api/v1/approvals?status=pending')).body.items ?? [];

const approve = (id) =>
  api(server, 'POST', `/api/v1/approvals/${id}/decision`, { decision: 'approve' });

const transports = {
  http: (key) =>
    new StreamableHTTPClientTransport(new URL(server.mcpUrl), {
      requestInit: { headers: { 'x-api-key': key ?? server.apiKey } },
    }),
  stdio: () =>
    new StdioClientTransport({
      command: binary,
      args: ['mcp'],
      env: cleanEnv({ EXECUTOR_DATA_DIR: server.dataDir }),
      stderr: 'pipe',
    }),
};
async function connect(kind, capabilities = {}, key) {
  const client = new Client({ name: 'sdk-1', version: '1' }, { capabilities });
  await client.connect(transports[kind](key));
  clients.push(client);
  return client;
}
const execute = (client, code, options) =>
  client.callTool({ name: 'execute', arguments: { code } }, undefined, options);

for (const kind of ['http', 'stdio']) {
  test(`${kind}: the user approves in the client, and the call is sent`, async () => {
    const client = await connect(kind, { elicitation: {} });
    const asked = [];
    client.setRequestHandler(ElicitRequestSchema, async (request) => {
      asked.push(request.params);
      return { action: 'accept', content: { decision: 'approve', reason: 'go on' } };
    });
    const result = await execute(client, CREATE(`${kind}-yes`));
    assert.equal(result.structuredContent.status, 'completed', JSON.stringify(result));
    assert.deepEqual(created, [`${kind}-yes`]);
    assert.equal(asked.length, 1);
    assert.match(asked[0].message, /items\.items\.create/);
    assert.match(asked[0].message, new RegExp(`${kind}-yes`));
    await client.close();
  });

  test(`${kind}: the user declines, and nothing is sent`, async () => {
    const client = await connect(kind, { elicitation: {} });
    client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'decline' }));
    const result = await execute(client, CREATE(`${kind}-no`));
    assert.equal(result.structuredContent.status, 'denied', JSON.stringify(result));
    assert.match(JSON.stringify(result), /declined by the user/);
    assert.deepEqual(created, []);
    await client.close();
  });

  test(`${kind}: several calls are asked one by one, together`, async () => {
    const client = await connect(kind, { elicitation: {} });
    client.setRequestHandler(ElicitRequestSchema, async (request) =>
      request.params.message.includes('good')
        ? { action: 'accept', content: { decision: 'approve' } }
        : { action: 'accept', content: { decision: 'deny', reason: 'not this one' } },
    );
    const result = await execute(
      client,
      `return (await Promise.allSettled(["good 1", "bad", "good 2"].map((name) =>
        tools.items.items.create({ name })))).map((r) => r.status)`,
    );
    assert.deepEqual(result.structuredContent.result, ['fulfilled', 'rejected', 'fulfilled']);
    assert.deepEqual(created.sort(), ['good 1', 'good 2']);
    await client.close();
  });

  test(`${kind}: a decision made elsewhere takes the question back`, async () => {
    const client = await connect(kind, { elicitation: {} });
    let signal;
    client.setRequestHandler(ElicitRequestSchema, async (request, extra) => {
      signal = extra.signal;
      await new Promise((resolve) => extra.signal.addEventListener('abort', resolve));
      return { action: 'cancel' };
    });
    const running = execute(client, CREATE(`${kind}-elsewhere`));
    await until(() => signal, 'the question arrives');
    const [approval] = await until(async () => {
      const items = await pending();
      return items.length > 0 && items;
    }, 'the approval is pending');
    const decided = await approve(approval.id);
    assert.equal(decided.status, 200, JSON.stringify(decided.body));
    assert.equal((await running).structuredContent.status, 'completed');
    await until(() => signal.aborted, 'the question is taken back');
    assert.deepEqual(created, [`${kind}-elsewhere`]);
    await client.close();
  });

  test(`${kind}: progress counts the calls and rises`, async () => {
    const client = await connect(kind);
    const seen = [];
    let go;
    hold = new Promise((resolve) => (go = resolve));
    const running = execute(
      client,
      'for (let i = 0; i < 3; ++i) await tools.items.items.list({}); return "done"',
      { onprogress: (p) => seen.push(p) },
    );
    await until(() => seen.length > 0, 'progress arrives before the answer');
    hold = null;
    go();
    assert.equal((await running).structuredContent.result, 'done');
    assert.equal(seen[0].progress, 1);
    assert.match(seen[0].message, /items\.items\.list/);
    for (let i = 1; i < seen.length; ++i) assert.ok(seen[i].progress > seen[i - 1].progress);
    await client.close();
  });

  test(`${kind}: console lines are log messages from the level that was set`, async () => {
    const client = await connect(kind);
    const lines = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, (n) =>
      lines.push([n.params.level, n.params.data]),
    );
    const code = 'console.log("one"); console.debug("two"); console.error("three"); return 1';
    await execute(client, code);
    assert.deepEqual(lines, []);
    await client.setLoggingLevel('info');
    await execute(client, code);
    assert.deepEqual(lines, [
      ['info', 'one'],
      ['error', 'three'],
    ]);
    await client.close();
  });

  test(`${kind}: a cancelled request stops its program and sends nothing more`, async () => {
    const client = await connect(kind);
    let go;
    hold = new Promise((resolve) => (go = resolve));
    const controller = new AbortController();
    const before = upstream.seen.length;
    const running = execute(
      client,
      'await tools.items.items.list({}); await tools.items.items.list({}); return 1',
      { signal: controller.signal },
    );
    await until(async () => {
      const { body } = await api(server, 'GET', '/api/v1/executions?state=running');
      return body.items.length > 0;
    }, 'the program runs');
    controller.abort('enough');
    await assert.rejects(running);
    await until(async () => {
      const { body } = await api(server, 'GET', '/api/v1/executions?state=running');
      return body.items.length === 0;
    }, 'the program is stopped');
    hold = null;
    go();
    const { tools } = await client.listTools();
    assert.equal(tools[0].name, 'execute', 'the client goes on');
    assert.ok(upstream.seen.length <= before + 1);
    await client.close();
  });

  test(`${kind}: a change of the sources is told`, async () => {
    const client = await connect(kind);
    let changed = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void changed++);
    await client.listTools();
    const added = await api(server, 'POST', '/api/v1/sources', {
      name: `later-${kind}`,
      document: JSON.stringify(itemsDocument(upstream.url)),
    });
    assert.equal(added.status, 201, JSON.stringify(added.body));
    await until(() => changed > 0, 'tools/list_changed arrives');
    await api(server, 'DELETE', `/api/v1/sources/later-${kind}`);
    await client.close();
  });
}

test('a key that may not approve is sent to the page, and told when it is done', async () => {
  const key = (await api(server, 'POST', '/api/v1/keys', { name: 'no-approvals' })).body.key;
  const client = await connect('http', { elicitation: { form: {}, url: {} } }, key);
  const asked = [];
  let complete;
  client.setRequestHandler(ElicitRequestSchema, async (request) => {
    asked.push(request.params);
    return { action: 'accept' };
  });
  client.setNotificationHandler(ElicitationCompleteNotificationSchema, (n) => (complete = n.params));
  const running = execute(client, CREATE('by-page'));
  await until(() => asked.length === 1, 'the question arrives');
  assert.equal(asked[0].mode, 'url');
  assert.match(asked[0].url, /\/approvals\/approval_/);
  assert.deepEqual(created, [], 'opening the page decides nothing');
  const decided = await approve(asked[0].elicitationId);
  assert.equal(decided.status, 200, JSON.stringify(decided.body));
  assert.equal((await running).structuredContent.status, 'completed');
  assert.deepEqual(created, ['by-page']);
  assert.equal(complete?.elicitationId, asked[0].elicitationId);
  await client.close();
});

test('a client that was cut off gets its answer with the resumption token', async () => {
  const client = await connect('http');
  const session = client.transport.sessionId;
  let go;
  hold = new Promise((resolve) => (go = resolve));
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'x-api-key': server.apiKey,
    'mcp-session-id': session,
    'mcp-protocol-version': '2025-11-25',
  };
  const cut = new AbortController();
  const response = await fetch(server.mcpUrl, {
    method: 'POST',
    headers,
    signal: cut.signal,
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 'x1',
      method: 'tools/call',
      params: {
        name: 'execute',
        arguments: { code: 'return (await tools.items.items.list({})).length' },
        _meta: { progressToken: 1 },
      },
    }),
  });
  assert.match(response.headers.get('content-type'), /event-stream/);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('notifications/progress')) text += (await reader.read()).value;
  const lastId = [...text.matchAll(/^id: (.*)$/gm)].at(-1)[1];
  cut.abort();
  hold = null;
  go();
  const resumed = await fetch(server.mcpUrl, {
    headers: { ...headers, accept: 'text/event-stream', 'last-event-id': lastId },
  });
  const rest = await resumed.text();
  const answer = [...rest.matchAll(/^data: (\{.*)$/gm)].map((m) => JSON.parse(m[1])).at(-1);
  assert.equal(answer.id, 'x1');
  assert.equal(answer.result.structuredContent.result, 1);
  const forged = await fetch(server.mcpUrl, {
    headers: { ...headers, accept: 'text/event-stream', 'last-event-id': '77-1' },
  });
  assert.equal(forged.status, 400);
  assert.match((await forged.json()).error.message, /Last-Event-ID/);
  await client.close();
});

test('after a restart the session is gone and the result comes by resume', async () => {
  const own = await startExecutor();
  await api(own, 'POST', '/api/v1/sources', {
    name: 'items',
    document: JSON.stringify(itemsDocument(upstream.url)),
  });
  const client = new Client({ name: 'sdk-1', version: '1' }, { capabilities: { elicitation: {} } });
  const transport = new StreamableHTTPClientTransport(new URL(own.mcpUrl), {
    requestInit: { headers: { 'x-api-key': own.apiKey } },
  });
  await client.connect(transport);
  let asked = 0;
  client.setRequestHandler(ElicitRequestSchema, async () => {
    asked++;
    return new Promise(() => {});
  });
  execute(client, CREATE('survives')).catch(() => {});
  await until(() => asked === 1, 'the question arrives');
  const waiting = (await api(own, 'GET', '/api/v1/executions?state=waiting')).body.items[0];
  await own.stop('SIGKILL');
  const again = await startExecutor({ dataDir: own.dataDir, listen: new URL(own.url).host });
  const stale = await fetch(again.mcpUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'x-api-key': again.apiKey,
      'mcp-session-id': transport.sessionId,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  });
  assert.equal(stale.status, 404);
  const fresh = new Client({ name: 'sdk-1', version: '1' }, { capabilities: { elicitation: {} } });
  fresh.setRequestHandler(ElicitRequestSchema, async () => ({
    action: 'accept',
    content: { decision: 'approve' },
  }));
  await fresh.connect(
    new StreamableHTTPClientTransport(new URL(again.mcpUrl), {
      requestInit: { headers: { 'x-api-key': again.apiKey } },
    }),
  );
  const result = await fresh.callTool({ name: 'resume', arguments: { taskId: waiting.taskId } });
  assert.equal(result.structuredContent.status, 'completed', JSON.stringify(result));
  assert.deepEqual(created, ['survives']);
  await fresh.close();
  await client.close().catch(() => {});
  await again.remove();
});
