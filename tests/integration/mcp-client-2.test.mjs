// The official client 2.x speaks revision 2026-07-28 with the server, over HTTP and stdio.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { api, binary, cleanEnv, startExecutor, until } from '../support/executor.mjs';
import { itemsDocument, startUpstream } from '../support/upstream.mjs';

const version = '2026-07-28';
let server, upstream;
before(async () => {
  upstream = await startUpstream({ 'GET /items': () => [{ id: 1, name: 'first' }] });
  server = await startExecutor();
  const added = await api(server, 'POST', '/api/v1/sources', {
    name: 'items',
    document: JSON.stringify(itemsDocument(upstream.url)),
  });
  assert.equal(added.status, 201, JSON.stringify(added.body));
});
after(async () => {
  await server.remove();
  await upstream.close();
});

const http = () =>
  new StreamableHTTPClientTransport(new URL(server.mcpUrl), {
    requestInit: { headers: { 'x-api-key': server.apiKey } },
  });
async function connect(mode) {
  const client = new Client(
    { name: 'client-2-test', version: '1' },
    { versionNegotiation: { mode } },
  );
  await client.connect(http());
  return client;
}

test('the modern revision is found by itself', async () => {
  const client = await connect('auto');
  assert.equal(client.getNegotiatedProtocolVersion(), version);
  await client.close();
});

test('pinned to the modern revision, tools are listed and run', async () => {
  const client = await connect({ pin: version });
  assert.deepEqual(
    (await client.listTools()).tools.map((t) => t.name),
    ['execute', 'resume'],
  );
  const result = await client.callTool({
    name: 'execute',
    arguments: { code: 'return await tools.items.items.list({})' },
  });
  assert.deepEqual(result.structuredContent.result, [{ id: 1, name: 'first' }]);
  await client.close();
});

test('what a program emits arrives as content, in both revisions', async () => {
  const code = `emit('Hello');
    emit({ type: 'image', mimeType: 'image/png', data: new Uint8Array(3) });
    emit({ type: 'file', name: 'a.csv', mimeType: 'text/csv', text: 'x,y' }); return 1`;
  for (const mode of [{ pin: version }, 'legacy']) {
    const client = await connect(mode);
    const { content, structuredContent } = await client.callTool({
      name: 'execute',
      arguments: { code },
    });
    assert.deepEqual(content.map((block) => block.type), ['text', 'text', 'image', 'resource']);
    assert.equal(content[1].text, 'Hello');
    assert.equal(content[2].data, 'AAAA');
    assert.equal(content[3].resource.text, 'x,y');
    assert.equal(structuredContent.result, 1);
    await client.close();
  }
});

test('a program in a fence without return is understood; an error shows its line', async () => {
  const client = await connect('auto');
  const run = (code) => client.callTool({ name: 'execute', arguments: { code } });
  const good = await run('```ts\nconst list = await tools.items.items.list({});\nlist.length\n```');
  assert.equal(good.structuredContent.result, 1);
  const bad = await run('const a = 1;\nconst b = = 2;');
  assert.match(
    bad.content[0].text,
    /\(line 2, column 11\)\n  2 \| const b = = 2;\n    \|           \^/,
  );
  await client.close();
});

test('the same client speaks the legacy revision on the same endpoint', async () => {
  const client = await connect('legacy');
  assert.equal(client.getNegotiatedProtocolVersion(), '2025-11-25');
  const result = await client.callTool({ name: 'execute', arguments: { code: 'return 1' } });
  assert.equal(result.structuredContent.result, 1);
  await client.close();
});

test('a failing program is a result the model can read', async () => {
  const client = await connect({ pin: version });
  const result = await client.callTool({
    name: 'execute',
    arguments: { code: 'const a = 1;\nthrow new TypeError("no such thing")' },
  });
  assert.equal(result.isError, true);
  assert.equal(result.structuredContent.status, 'failed');
  assert.equal(result.structuredContent.errorDetail.line, 2);
  assert.match(result.content[0].text, /no such thing/);
  await client.close();
});

test('a subscription hears of changed tools', async () => {
  const client = await connect({ pin: version });
  let changed = 0;
  client.setNotificationHandler('notifications/tools/list_changed', () => {
    changed++;
  });
  const subscription = await client.listen({ toolsListChanged: true });
  await api(server, 'POST', '/api/v1/sources', {
    name: 'later',
    document: JSON.stringify(itemsDocument(upstream.url)),
  });
  await until(() => changed > 0, 'tools/list_changed arrives');
  await subscription.close();
  await client.close();
});

test('closing the request cancels the execution', async () => {
  let release;
  upstream.handlers['GET /items'] = () =>
    new Promise((r) => {
      release = () => r([]);
    });
  const client = await connect({ pin: version });
  const abort = new AbortController();
  const call = client.callTool(
    {
      name: 'execute',
      arguments: { code: 'return await tools.items.items.list({})', metadata: { test: 'cancel' } },
    },
    { signal: abort.signal },
  );
  call.catch(() => {});
  await until(() => release, 'the upstream is called');
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

test('stdio serves the modern revision', async () => {
  const client = new Client(
    { name: 'client-2-stdio', version: '1' },
    { versionNegotiation: { mode: { pin: version } } },
  );
  await client.connect(
    new StdioClientTransport({
      command: binary,
      args: ['mcp'],
      env: cleanEnv({ EXECUTOR_DATA_DIR: server.dataDir }),
      stderr: 'pipe',
    }),
  );
  const result = await client.callTool({
    name: 'execute',
    arguments: { code: 'return [1, 2].map((x) => x * 2)' },
  });
  assert.deepEqual(result.structuredContent.result, [2, 4]);
  await client.close();
});
