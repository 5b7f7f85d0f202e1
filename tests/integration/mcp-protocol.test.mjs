// The endpoint's edges, byte by byte: every bad request gets a clear answer and the server goes on.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { api, root, rpc, startExecutor } from '../support/executor.mjs';

let server;
before(async () => {
  server = await startExecutor();
});
after(async () => {
  await server.remove();
});

const meta = (version = '2026-07-28') => ({
  'io.modelcontextprotocol/protocolVersion': version,
  'io.modelcontextprotocol/clientInfo': { name: 't', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
});
const modern = (method, params = {}, { version = '2026-07-28', headers = {} } = {}) =>
  rpc(
    server,
    { jsonrpc: '2.0', id: 7, method, params: { ...params, _meta: meta(version) } },
    {
      headers: {
        'mcp-protocol-version': version,
        'mcp-method': method,
        ...(params.name ? { 'mcp-name': params.name } : {}),
        ...headers,
      },
    },
  );
const legacy = (method, params, options) =>
  rpc(server, { jsonrpc: '2.0', id: 1, method, params }, options);
const lives = async () =>
  assert.deepEqual((await legacy('ping')).body, { jsonrpc: '2.0', id: 1, result: {} });

test('keys: missing, wrong, foreign workspace', async () => {
  assert.deepEqual(
    [
      (await legacy('ping', {}, { key: null })).status,
      (await legacy('ping', {}, { key: null })).body,
    ],
    [401, { error: 'API key is required for /v1/mcp/anonymous' }],
  );
  assert.deepEqual(
    [
      (await legacy('ping', {}, { key: 'nonsense' })).status,
      (await legacy('ping', {}, { key: 'nonsense' })).body,
    ],
    [401, { error: 'Invalid API key' }],
  );
  const [h, p, s] = server.apiKey.split('.');
  const forged = [
    h,
    Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(p, 'base64url')), workspaceId: 'ws_other' }),
    ).toString('base64url'),
    s,
  ].join('.');
  assert.equal((await legacy('ping', {}, { key: forged })).status, 401);
  const none = [Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url'), p, ''].join('.');
  assert.equal((await legacy('ping', {}, { key: none })).status, 401);
  const foreign = await legacy(
    'ping',
    {},
    { url: `${server.mcpUrl.split('?')[0]}?workspaceId=ws_other` },
  );
  assert.deepEqual(
    [foreign.status, foreign.body],
    [403, { error: 'API key does not match requested workspace' }],
  );
});

test('a revoked key stops at once', async () => {
  const created = await api(server, 'POST', '/api/v1/keys', { name: 'short-lived' });
  assert.equal(created.status, 201);
  assert.equal((await legacy('ping', {}, { key: created.body.key })).status, 200);
  assert.equal((await api(server, 'DELETE', `/api/v1/keys/${created.body.view.id}`)).status, 200);
  assert.deepEqual((await legacy('ping', {}, { key: created.body.key })).body, {
    error: 'Invalid API key',
  });
});

test('malformed JSON is -32700 with a place', async () => {
  const { status, body } = await rpc(server, '{"jsonrpc":"2.0",');
  assert.equal(status, 400);
  assert.equal(body.error.code, -32700);
  assert.equal(body.id, null);
  await lives();
});

test('a wrong content type is 415, a deaf client 406', async () => {
  assert.equal(
    (await legacy('ping', {}, { headers: { 'content-type': 'text/plain' } })).status,
    415,
  );
  assert.equal((await legacy('ping', {}, { headers: { accept: 'text/html' } })).status, 406);
});

test('messages that are no JSON-RPC are -32600', async () => {
  for (const message of [
    '1',
    '"x"',
    'null',
    '{}',
    '{"jsonrpc":"1.0","id":1,"method":"ping"}',
    '{"jsonrpc":"2.0","id":{},"method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"method":5}',
    '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}',
    '[]',
  ]) {
    const { status, body } = await rpc(server, message);
    assert.equal(status, 400, message);
    assert.equal(body.error.code, -32600, message);
  }
  await lives();
});

test('an oversized body is 413 and the server goes on', async () => {
  const { status } = await rpc(
    server,
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { x: 'x'.repeat(5 << 20) } }),
  ).catch((e) => ({ status: e.cause?.code }));
  assert.ok(status === 413 || status === 'ECONNRESET' || status === 'EPIPE', String(status));
  await lives();
});

test('an unknown legacy version is refused, an unknown one in initialize gets the newest', async () => {
  const refused = await legacy(
    'tools/list',
    {},
    { headers: { 'mcp-protocol-version': '2023-01-01' } },
  );
  assert.equal(refused.status, 400);
  assert.match(refused.body.error.message, /Unsupported protocol version/);
  const init = (protocolVersion) =>
    legacy('initialize', {
      protocolVersion,
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    });
  assert.equal((await init('1999-01-01')).body.result.protocolVersion, '2025-11-25');
  for (const known of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])
    assert.equal((await init(known)).body.result.protocolVersion, known);
});

test('a session of another key is 404', async () => {
  const opened = await legacy('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 't', version: '1' },
  });
  const session = opened.headers.get('mcp-session-id');
  assert.equal((await legacy('ping', {}, { headers: { 'mcp-session-id': session } })).status, 200);
  const other = await api(server, 'POST', '/api/v1/keys', { name: 'other' });
  assert.equal(
    (await legacy('ping', {}, { key: other.body.key, headers: { 'mcp-session-id': session } }))
      .status,
    404,
  );
  assert.equal((await legacy('ping', {}, { headers: { 'mcp-session-id': 'guess' } })).status, 404);
});

test('notifications are accepted without an answer, batches only where they exist', async () => {
  const note = await rpc(server, { jsonrpc: '2.0', method: 'notifications/initialized' });
  assert.deepEqual([note.status, note.body], [202, '']);
  const batch = [
    { jsonrpc: '2.0', id: 1, method: 'ping' },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 2, method: 'nope' },
  ];
  const old = await rpc(server, batch, { headers: { 'mcp-protocol-version': '2025-03-26' } });
  assert.deepEqual(
    old.body.map((m) => [m.id, m.error?.code ?? 'ok']),
    [
      [1, 'ok'],
      [2, -32601],
    ],
  );
  assert.equal(
    (await rpc(server, batch, { headers: { 'mcp-protocol-version': '2025-06-18' } })).status,
    400,
  );
});

test('modern: version, header and metadata mistakes have their codes', async () => {
  const unknown = await modern('tools/list', {}, { version: '2099-01-01' });
  assert.deepEqual(
    [unknown.status, unknown.body.error.code, unknown.body.error.data.requested],
    [400, -32022, '2099-01-01'],
  );
  assert.ok(unknown.body.error.data.supported.includes('2026-07-28'));
  for (const headers of [
    { 'mcp-protocol-version': '2025-11-25' },
    { 'mcp-method': 'tools/call' },
    { 'mcp-method': '' },
  ]) {
    const { status, body } = await modern('tools/list', {}, { headers });
    assert.deepEqual([status, body.error.code], [400, -32020], JSON.stringify(headers));
  }
  const name = await modern(
    'tools/call',
    { name: 'execute', arguments: { code: 'return 1' } },
    { headers: { 'mcp-name': 'resume' } },
  );
  assert.deepEqual([name.status, name.body.error.code], [400, -32020]);
  const encoded = await modern(
    'tools/call',
    { name: 'execute', arguments: { code: 'return 1' } },
    { headers: { 'mcp-name': `=?base64?${Buffer.from('execute').toString('base64')}?=` } },
  );
  assert.equal(encoded.body.result.structuredContent.result, 1);
  const unknownMethod = await modern('prompts/list');
  assert.deepEqual([unknownMethod.status, unknownMethod.body.error.code], [404, -32601]);
  const bare = await rpc(
    server,
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/list',
      params: { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
    },
    { headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' } },
  );
  assert.deepEqual([bare.status, bare.body.error.code], [400, -32602]);
});

test('modern answers have the schema of the revision', async (t) => {
  const file = join(root, '..', 'shared', 'corpora', 'mcp-schema', '2026-07-28.json');
  if (!existsSync(file)) return t.skip('the schema corpus is not beside this checkout');
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  ajv.addSchema(JSON.parse(readFileSync(file)), 'mcp');
  const check = (name, value) => {
    const valid = ajv.getSchema(`mcp#/$defs/${name}`);
    assert.ok(valid(value), `${name}: ${ajv.errorsText(valid.errors)}`);
  };
  check('DiscoverResultResponse', (await modern('server/discover')).body);
  check('ListToolsResultResponse', (await modern('tools/list')).body);
  check(
    'CallToolResultResponse',
    (await modern('tools/call', { name: 'execute', arguments: { code: 'return { a: 1 }' } })).body,
  );
  check(
    'UnsupportedProtocolVersionError',
    (await modern('tools/list', {}, { version: '2099-01-01' })).body,
  );
  check(
    'HeaderMismatchError',
    (await modern('tools/list', {}, { headers: { 'mcp-method': 'x' } })).body,
  );
});

test('unknown tools and unknown arguments of execute are named', async () => {
  const unknownTool = await legacy('tools/call', { name: 'nope', arguments: {} });
  assert.equal(unknownTool.body.error.code, -32602);
  const unknownArgument = (
    await legacy('tools/call', { name: 'execute', arguments: { code: 'return 1', timeoutMS: 5 } })
  ).body.result;
  assert.equal(unknownArgument.isError, true);
  assert.match(unknownArgument.content[0].text, /timeoutMS/);
  assert.match(unknownArgument.content[0].text, /timeoutMs/);
  for (const args of [
    {},
    { code: '' },
    { code: '   ' },
    { code: 1 },
    { code: 'return 1', timeoutMs: 0 },
    { code: 'return 1', timeoutMs: 600001 },
    { code: 'return 1', runtimeId: 'nope' },
  ]) {
    assert.equal(
      (await legacy('tools/call', { name: 'execute', arguments: args })).body.result.isError,
      true,
      JSON.stringify(args),
    );
  }
  await lives();
});

test('a page of another origin and a rebound host are refused', async () => {
  assert.equal(
    (await legacy('ping', {}, { headers: { origin: 'https://evil.example' } })).status,
    403,
  );
  const { request } = await import('node:http');
  const status = await new Promise((resolve, reject) => {
    const url = new URL(server.mcpUrl);
    const r = request(
      {
        host: '127.0.0.1',
        port: url.port,
        path: url.pathname,
        method: 'POST',
        headers: {
          host: 'evil.example',
          'content-type': 'application/json',
          'x-api-key': server.apiKey,
        },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    r.on('error', reject);
    r.end('{}');
  });
  assert.equal(status, 403);
});

test('the OAuth endpoint says that OAuth is not configured', async () => {
  for (const path of ['/mcp', '/v1/mcp']) {
    const { status, body } = await rpc(
      server,
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      { url: server.url + path },
    );
    assert.deepEqual([status, body], [503, { error: 'MCP OAuth is not configured' }]);
  }
});
