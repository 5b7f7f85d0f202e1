// Revision 2026-07-28 end to end: approvals by rounds of one request, tasks, subscriptions,
// progress. Every message is validated against the schema of the revision.
import test, { after, before, beforeEach } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { api, cleanEnv, root, startExecutor, until } from '../support/executor.mjs';
import { itemsDocument, startUpstream } from '../support/upstream.mjs';
import { WireRecorder, modernClient, tasksExtension } from '../support/mcp-wire.mjs';

const create = 'return await tools.items.items.create({ name: "x" })';
const form = { elicitation: { form: {} } };
const asTasks = { extensions: { [tasksExtension]: {} } };
const accept = { action: 'accept', content: { decision: 'approve' } };
let server, upstream, agentKey;

const sent = () => upstream.requests('POST', '/items').length;
const approvals = async () => (await api(server, 'GET', '/api/v1/approvals?status=pending')).body.items;

before(async () => {
  upstream = await startUpstream({
    'GET /items': () => [{ id: 1, name: 'first' }],
    'POST /items': () => ({ id: 2, name: 'x' }),
  });
  server = await startExecutor();
  const added = await api(server, 'POST', '/api/v1/sources', {
    name: 'items',
    document: JSON.stringify(itemsDocument(upstream.url)),
  });
  assert.equal(added.status, 201, JSON.stringify(added.body));
  const made = await api(server, 'POST', '/api/v1/keys', { name: 'agent', mayApprove: false });
  agentKey = made.body.key;
  assert.ok(agentKey, JSON.stringify(made.body));
});
after(async () => {
  await server.remove();
  await upstream.close();
});
beforeEach(() => upstream.seen.splice(0));

// The official client, with a user who answers as told.
async function sdkClient({ capabilities, answer, recorder = new WireRecorder(), key } = {}) {
  const client = new Client(
    { name: 'modern-test', version: '1' },
    { capabilities, versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  if (answer) client.setRequestHandler('elicitation/create', ({ params }) => answer(params));
  await client.connect(
    new StreamableHTTPClientTransport(new URL(server.mcpUrl), {
      fetch: recorder.fetch,
      requestInit: { headers: { 'x-api-key': key ?? server.apiKey } },
    }),
  );
  return { client, recorder, execute: (code) => client.callTool({ name: 'execute', arguments: { code } }) };
}

test('the official client: a form is answered and the call returns its result', async () => {
  const asked = [];
  const { client, execute, recorder } = await sdkClient({
    capabilities: form,
    answer: (params) => (asked.push(params), accept),
  });
  const result = await execute(create);
  assert.deepEqual(result.structuredContent.result, { id: 2, name: 'x' });
  assert.equal(asked.length, 1);
  assert.equal(asked[0].mode, 'form');
  assert.match(asked[0].message, /items\.create/);
  assert.equal(sent(), 1);
  await client.close();
  await recorder.assertValid('InputRequiredResult', 'CallToolResult');
});

test('the official client: two approvals of one program are asked together', async () => {
  let asked = 0;
  const { client, execute } = await sdkClient({
    capabilities: form,
    answer: () => (asked++, accept),
  });
  const result = await execute(
    'return (await Promise.all([1, 2].map((n) => tools.items.items.create({ name: "n" + n })))).length',
  );
  assert.equal(result.structuredContent.result, 2);
  assert.equal(asked, 2);
  assert.equal(sent(), 2);
  await client.close();
});

test('the official client: who declines denies, and the program hears of it', async () => {
  const { client, execute } = await sdkClient({
    capabilities: form,
    answer: () => ({ action: 'decline' }),
  });
  const result = await execute(
    `try { ${create} } catch (e) { return e.code + ': ' + e.message }`,
  );
  assert.match(result.structuredContent.result, /^approval_denied: .*declined by the user/);
  assert.equal(sent(), 0);
  await client.close();
});

test('the official client: a page decides where the key may not', async () => {
  const { client, execute } = await sdkClient({
    key: agentKey,
    capabilities: { elicitation: { url: {} } },
    answer: async (params) => {
      assert.equal(params.mode, 'url');
      const id = params.url.split('/').at(-1);
      const decided = await api(server, 'POST', `/api/v1/approvals/${id}/decision`, { decision: 'approve' });
      assert.equal(decided.status, 200, JSON.stringify(decided.body));
      return { action: 'accept' };
    },
  });
  const result = await execute(create);
  assert.deepEqual(result.structuredContent.result, { id: 2, name: 'x' });
  assert.equal(sent(), 1);
  await client.close();
});

test('the official client: calls made so far arrive as progress', async () => {
  const { client, recorder } = await sdkClient();
  const progress = [];
  let release;
  upstream.handlers['GET /items'] = () =>
    new Promise((resolve) => (release = () => resolve([])));
  const call = client.callTool(
    { name: 'execute', arguments: { code: 'return await tools.items.items.list({})' } },
    { onprogress: (p) => progress.push(p) },
  );
  await until(() => progress.length > 0, 'the first progress arrives');
  release();
  assert.deepEqual((await call).structuredContent.result, []);
  upstream.handlers['GET /items'] = () => [{ id: 1, name: 'first' }];
  assert.equal(progress[0].progress, 1);
  await client.close();
  await recorder.assertValid('ServerNotification', 'CallToolResult');
});

test('closing a response that streams cancels the execution', async () => {
  const { client } = await sdkClient();
  let release;
  upstream.handlers['GET /items'] = () => new Promise((r) => (release = () => r([])));
  const progress = [];
  const abort = new AbortController();
  const call = client.callTool(
    { name: 'execute', arguments: { code: 'return await tools.items.items.list({})' } },
    { onprogress: (p) => progress.push(p), signal: abort.signal },
  );
  call.catch(() => {});
  await until(() => progress.length > 0, 'the response streams');
  abort.abort();
  await until(
    async () =>
      (await api(server, 'GET', '/api/v1/executions?state=cancelled')).body.items.length > 0,
    'the execution is cancelled',
  );
  release();
  upstream.handlers['GET /items'] = () => [{ id: 1, name: 'first' }];
  await client.close();
});

test('a key that may not approve is not asked by form, whatever it answers', async () => {
  const client = modernClient(server, { key: agentKey, capabilities: form, query: '?approvals=form' });
  const refused = await client.send('tools/call', {
    name: 'execute',
    arguments: { code: create },
    inputResponses: { approval_x: accept },
  });
  assert.equal(refused.error.code, -32602);
  assert.equal(sent(), 0);
  assert.deepEqual(await approvals(), []);
});

test('attacks on requestState send nothing and decide nothing', async () => {
  const client = modernClient(server, { capabilities: form });
  const asked = await client.execute(create);
  assert.equal(asked.resultType, 'input_required');
  const [id] = Object.keys(asked.inputRequests);
  const again = (more, code = create, who = client) =>
    who.send('tools/call', {
      name: 'execute',
      arguments: { code },
      requestState: asked.requestState,
      inputResponses: { [id]: accept },
      ...more,
    });
  const forged = await again({ requestState: `${asked.requestState}-TAMPERED` });
  const other = await again({}, 'return 1');
  const foreign = await again({}, create, modernClient(server, { key: agentKey, capabilities: form }));
  for (const reply of [forged, other, foreign]) {
    assert.equal(reply.error?.code, -32602, JSON.stringify(reply));
    assert.ok(reply.error.data.hint);
  }
  assert.equal(sent(), 0);
  assert.deepEqual((await approvals()).map((a) => a.id), [id]);
  // The true one works, and again: it returns the same result and sends nothing more.
  for (let i = 0; i < 2; i++) {
    const { result } = await again({});
    assert.deepEqual(result.structuredContent.result, { id: 2, name: 'x' });
  }
  assert.equal(sent(), 1);
  await client.recorder.assertValid('InputRequiredResult', 'CallToolResult', 'JSONRPCErrorResponse');
});

test('a client that vanishes after input_required loses nothing', async () => {
  const client = modernClient(server, { capabilities: form });
  const { inputRequests, requestState } = await client.execute(create);
  const [id] = Object.keys(inputRequests);
  const abort = new AbortController();
  const waiting = client
    .post(
      'tools/call',
      { name: 'execute', arguments: { code: create }, requestState },
      { signal: abort.signal },
    )
    .catch(() => {});
  setTimeout(() => abort.abort(), 100);
  await waiting;
  assert.deepEqual((await approvals()).map((a) => a.id), [id]);
  const { result } = await client.send('tools/call', {
    name: 'execute',
    arguments: { code: create },
    requestState,
    inputResponses: { [id]: accept },
  });
  assert.deepEqual(result.structuredContent.result, { id: 2, name: 'x' });
});

test('what is over soon is no task; what waits is one, and an update decides', async () => {
  const client = modernClient(server, { capabilities: { ...form, ...asTasks } });
  assert.equal((await client.execute('return 1')).resultType, 'complete');
  const task = await client.execute(create);
  assert.equal(task.resultType, 'task');
  const { taskId } = task;
  const waiting = await client.request('tasks/get', { taskId });
  assert.equal(waiting.status, 'input_required');
  const [key] = Object.keys(waiting.inputRequests);
  await client.request('tasks/update', { taskId, inputResponses: { [key]: accept, other: 1 } });
  const done = await until(async () => {
    const now = await client.request('tasks/get', { taskId });
    return now.status === 'completed' && now;
  }, 'the task is completed');
  assert.deepEqual(done.result.structuredContent.result, { id: 2, name: 'x' });
  assert.equal(sent(), 1);
  // It stays; updating it again decides nothing.
  await client.request('tasks/update', { taskId, inputResponses: { [key]: { action: 'decline' } } });
  assert.equal((await client.request('tasks/get', { taskId })).status, 'completed');
  await client.recorder.assertValid('tasks/Created', 'tasks/Detailed', 'tasks/Acknowledged');
});

test('a task is cancelled by its own method and told of on the subscription', async () => {
  const client = modernClient(server, { capabilities: { ...form, ...asTasks } });
  const { taskId } = await client.execute(create);
  const abort = new AbortController();
  const stream = await client.post(
    'subscriptions/listen',
    { notifications: { taskIds: [taskId, 'task_unknown'] } },
    { signal: abort.signal },
  );
  let text = '';
  const read = (async () => {
    for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) text += chunk;
  })().catch(() => {});
  await until(() => text.includes('"input_required"'), 'the present state is told');
  await client.request('tasks/cancel', { taskId });
  await until(() => text.includes('"cancelled"'), 'the end is told');
  abort.abort();
  await read;
  assert.match(text.split('\n\n')[0], /"taskIds":\["task_[^"]+"\]/, 'the unknown one is left out');
  for (const line of text.split('\n').filter((l) => l.startsWith('data:'))) {
    const message = JSON.parse(line.slice(5));
    assert.ok(message.params._meta['io.modelcontextprotocol/subscriptionId']);
    client.recorder.fromServer('2026-07-28', message, { id: null });
  }
  assert.equal(sent(), 0);
  await client.request('tasks/cancel', { taskId }); // over already: acknowledged all the same
  await client.recorder.assertValid('tasks/Acknowledged', 'ServerNotification');
});

test('the official tasks client: a call becomes a task, is asked, and settles', async () => {
  const { createTaskSessionFromClient, createApplicationInputHandler, resultFromTaskOutcome } =
    await import('@modelcontextprotocol/ext-tasks/client');
  const capabilities = { ...form, ...asTasks };
  const { client, recorder } = await sdkClient({ capabilities });
  const raw = modernClient(server, { capabilities, recorder });
  let asked = 0;
  const session = createTaskSessionFromClient(client, {
    endpointId: 'executor',
    v2RequestFraming: {
      protocolVersion: '2026-07-28',
      clientInfo: { name: 'tasks', version: '1' },
      clientCapabilities: capabilities,
    },
    rawDispatch: async ({ id, method, params }, options) => {
      const { status, ...message } = await raw.send(method, params, options);
      return { ...message, id };
    },
    onInputRequest: createApplicationInputHandler({
      elicitation: () => (asked++, accept),
      sampling: () => assert.fail('nobody samples'),
      roots: () => assert.fail('nobody asks for roots'),
    }),
  });
  const waiting = await session.callTool('execute', { code: create });
  assert.equal(waiting.kind, 'task');
  const { outcome } = await waiting.settle();
  assert.deepEqual(resultFromTaskOutcome(outcome).structuredContent.result, { id: 2, name: 'x' });
  assert.equal(asked, 1);
  assert.equal(sent(), 1);
  const direct = await session.callTool('execute', { code: 'return 1' });
  assert.equal(direct.kind, 'immediate');
  await session.close();
  await client.close();
  await recorder.assertValid('tasks/Created', 'tasks/Detailed', 'tasks/Acknowledged');
});

test('tasks of others and of nobody are not found; who did not declare tasks is told so', async () => {
  const client = modernClient(server, { capabilities: asTasks });
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    const params = { taskId: 'task_0190aaaa-0000-7000-8000-000000000000', inputResponses: {} };
    assert.equal((await client.send(method, params)).error.code, -32602);
    const bare = await modernClient(server).send(method, params);
    assert.deepEqual([bare.status, bare.error.code], [400, -32021]);
    assert.ok(bare.error.data.requiredCapabilities.extensions[tasksExtension]);
  }
});

test('a task and a requestState survive a restart of the server', async () => {
  const tasks = modernClient(server, { capabilities: { ...form, ...asTasks } });
  const rounds = modernClient(server, { capabilities: form });
  const { taskId } = await tasks.execute(create);
  const { inputRequests, requestState } = await rounds.execute(create);
  await server.stop('SIGKILL');
  server = await startExecutor({ dataDir: server.dataDir });
  const after = modernClient(server, { capabilities: { ...form, ...asTasks } });
  const found = await until(async () => {
    const now = await after.request('tasks/get', { taskId });
    return now.status === 'input_required' && now;
  }, 'the task waits again');
  await after.request('tasks/update', {
    taskId,
    inputResponses: { [Object.keys(found.inputRequests)[0]]: accept },
  });
  await until(
    async () => (await after.request('tasks/get', { taskId })).status === 'completed',
    'the task is completed',
  );
  const result = await modernClient(server, { capabilities: form }).execute(create, {
    requestState,
    inputResponses: { [Object.keys(inputRequests)[0]]: accept },
  });
  assert.deepEqual(result.structuredContent.result, { id: 2, name: 'x' });
  assert.equal(sent(), 2);
});

test('the Inspector lists and calls over the command line, in both eras', async () => {
  const inspector = join(root, 'node_modules', '.bin', 'mcp-inspector');
  for (const protocolEra of ['legacy', 'modern']) {
    const config = join(server.dataDir, `inspector-${protocolEra}.json`);
    writeFileSync(
      config,
      JSON.stringify({
        mcpServers: {
          executor: {
            type: 'streamable-http',
            url: server.mcpUrl,
            headers: { 'x-api-key': server.apiKey },
            protocolEra,
          },
        },
      }),
    );
    const run = async (...args) => {
      const child = await promisify(execFile)(
        process.execPath,
        [inspector, '--cli', '--config', config, '--server', 'executor', '--format', 'json', ...args],
        { env: cleanEnv({ HOME: server.dataDir }) },
      );
      return JSON.parse(child.stdout);
    };
    const tools = await run('--method', 'tools/list');
    assert.equal((tools.result ?? tools).tools[0].name, 'execute', protocolEra);
    const called = await run(
      ...['--method', 'tools/call', '--tool-name', 'execute'],
      ...['--tool-args-json', JSON.stringify({ code: 'return 6 * 7' })],
    );
    assert.equal((called.result ?? called).structuredContent.result, 42, protocolEra);
  }
});

test('resume is listed only for clients without a better way', async () => {
  const names = async (capabilities) =>
    (await modernClient(server, { capabilities }).request('tools/list')).tools.map((t) => t.name);
  assert.deepEqual(await names({}), ['execute', 'resume']);
  for (const capabilities of [form, { elicitation: { url: {} } }, asTasks]) {
    assert.deepEqual(await names(capabilities), ['execute']);
  }
});
