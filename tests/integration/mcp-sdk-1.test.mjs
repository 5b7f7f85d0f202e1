// The official TypeScript SDK 1.x drives the server over Streamable HTTP and over stdio.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { api, binary, cleanEnv, startExecutor, tempDir, until } from '../support/executor.mjs';
import { itemsDocument, startUpstream } from '../support/upstream.mjs';

let server, upstream;
before(async () => {
  upstream = await startUpstream({
    'GET /items': () => [{ id: 1, name: 'first' }],
    'POST /items': (r) => ({ id: 2, ...JSON.parse(r.body) }),
  });
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

async function connectHttp() {
  const client = new Client({ name: 'sdk-1-test', version: '1' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(server.mcpUrl), {
      requestInit: { headers: { authorization: `Bearer ${server.apiKey}` } },
    }),
  );
  return client;
}

test('initialize names the server and tools', async () => {
  const client = await connectHttp();
  assert.equal(client.getServerVersion().name, 'executor');
  assert.deepEqual(client.getServerCapabilities().tools, { listChanged: true });
  const { tools } = await client.listTools();
  assert.deepEqual(
    tools.map((t) => t.name),
    ['execute', 'resume'],
  );
  assert.match(tools[0].description, /tools\.items \(4 tools\)/);
  assert.equal(tools[0].inputSchema.additionalProperties, false);
  await client.close();
});

test('the description of execute costs at most 700 tokens', async () => {
  const client = await connectHttp();
  const { tools } = await client.listTools();
  assert.ok(
    encode(tools[0].description).length <= 700,
    `${encode(tools[0].description).length} tokens`,
  );
  await client.close();
});

test('a program runs, calls a tool and returns its value', async () => {
  const client = await connectHttp();
  const result = await client.callTool({
    name: 'execute',
    arguments: {
      code: 'const items: { name: string }[] = await tools.items.items.list({}); console.log("seen", items.length); return items.map((i) => i.name);',
    },
  });
  assert.equal(result.isError, undefined);
  assert.deepEqual(result.structuredContent.result, ['first']);
  assert.equal(result.structuredContent.status, 'completed');
  assert.deepEqual(result.structuredContent.logs, [{ level: 'log', text: 'seen 1' }]);
  assert.equal(result.structuredContent.calls[0].tool, 'items.items.list');
  await client.close();
});

test('a null result is kept', async () => {
  const client = await connectHttp();
  const result = await client.callTool({ name: 'execute', arguments: { code: 'return null' } });
  assert.ok('result' in result.structuredContent);
  assert.equal(result.structuredContent.result, null);
  await client.close();
});

test('a session ends with DELETE and is 404 afterwards', async () => {
  const client = new Client({ name: 'sdk-1-test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(server.mcpUrl), {
    requestInit: { headers: { 'x-api-key': server.apiKey } },
  });
  await client.connect(transport);
  const session = transport.sessionId;
  assert.ok(session);
  await transport.terminateSession();
  const response = await fetch(server.mcpUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'x-api-key': server.apiKey,
      'mcp-session-id': session,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  assert.equal(response.status, 404);
  await client.close();
});

test('a change of the sources reaches an open session', async () => {
  const client = await connectHttp();
  let changed = 0;
  client.fallbackNotificationHandler = async (n) => {
    if (n.method === 'notifications/tools/list_changed') changed++;
  };
  await new Promise((r) => setTimeout(r, 300));
  const added = await api(server, 'POST', '/api/v1/sources', {
    name: 'later',
    document: JSON.stringify(itemsDocument(upstream.url)),
  });
  assert.equal(added.status, 201);
  await until(() => changed > 0, 'tools/list_changed arrives');
  await api(server, 'DELETE', '/api/v1/sources/later');
  await client.close();
});

test('stdio attaches to the running server', async () => {
  const client = new Client({ name: 'sdk-1-stdio', version: '1' });
  await client.connect(
    new StdioClientTransport({
      command: binary,
      args: ['mcp'],
      env: cleanEnv({ EXECUTOR_DATA_DIR: server.dataDir }),
      stderr: 'pipe',
    }),
  );
  const { tools } = await client.listTools();
  assert.deepEqual(
    tools.map((t) => t.name),
    ['execute', 'resume'],
  );
  const result = await client.callTool({
    name: 'execute',
    arguments: { code: 'return (await tools.items.items.list({})).length' },
  });
  assert.equal(result.structuredContent.result, 1);
  await client.close();
});

test('stdio starts a server of its own where none runs', async () => {
  const dataDir = tempDir();
  const client = new Client({ name: 'sdk-1-stdio', version: '1' });
  await client.connect(
    new StdioClientTransport({
      command: binary,
      args: ['mcp'],
      env: cleanEnv({ EXECUTOR_DATA_DIR: dataDir, EXECUTOR_LISTEN: '127.0.0.1:0' }),
      stderr: 'pipe',
    }),
  );
  const result = await client.callTool({ name: 'execute', arguments: { code: 'return 6 * 7' } });
  assert.equal(result.structuredContent.result, 42);
  await client.close();
  const { cli } = await import('../support/executor.mjs');
  const stopped = await cli(dataDir, ['stop']);
  assert.equal(stopped.code, 0, stopped.stderr);
});
