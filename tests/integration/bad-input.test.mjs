// The issue's list of bad input: each a clear error with code, cause and fix; the server goes on.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { api, execute, startExecutor } from '../support/executor.mjs';
import { itemsDocument, startUpstream } from '../support/upstream.mjs';

let server, upstream;
before(async () => {
  upstream = await startUpstream({});
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

const add = (body) => api(server, 'POST', '/api/v1/sources', body);
const sources = async () =>
  (await api(server, 'GET', '/api/v1/sources')).body.items.map((s) => s.name);
const detail = (result) => result.structuredContent.errorDetail;
const caught = async (expression) =>
  (
    await execute(
      server,
      `try { await ${expression} } catch (e: any) { return { code: e.code, message: e.message, status: e.status } }`,
    )
  ).structuredContent.result;

test("a syntax error has line and column of the agent's source", async () => {
  const result = await execute(server, 'const a = 1;\nconst b = ;\nreturn a');
  assert.equal(result.structuredContent.status, 'failed');
  assert.equal(detail(result).code, 'syntax_error');
  assert.equal(detail(result).line, 2);
});

test('closing the wrapper early is a syntax error, not an escape', async () => {
  for (const code of [
    '}); globalThis.x = 1; (async () => {',
    '}',
    '})()//',
    'return 1 }; async () => { return 2',
  ]) {
    assert.equal(detail(await execute(server, code)).code, 'syntax_error', code);
  }
});

// Such a text once threw in the worker and in the server.
test('a program that ends within an escape is a syntax error and harms no other', async () => {
  const other = execute(server, 'await new Promise((r) => setTimeout(r, 300)); return 1');
  for (const code of ['export `\\', "export '\\", 'export; tools.a `\\', 'tools.a; export /\\']) {
    assert.equal(detail(await execute(server, code)).code, 'syntax_error', code);
  }
  assert.equal((await other).structuredContent.result, 1);
});

test('import is refused with a sentence that teaches', async () => {
  const result = await execute(server, 'import fs from "fs"; return 1');
  assert.equal(result.structuredContent.status, 'failed');
  assert.match(result.content[0].text, /import/);
  assert.match(result.content[0].text, /tools\./);
});

test("a run time error has its place and its stack only the agent's frames", async () => {
  const result = await execute(server, 'function f(x: any) {\n  return x.y.z;\n}\nreturn f({})');
  assert.equal(detail(result).code, 'program_error');
  assert.equal(detail(result).line, 2);
  assert.doesNotMatch(result.content[0].text, /harness|native code|quickjs/i);
});

test('a document that is no OpenAPI says what it looks like', async () => {
  for (const [document, pattern] of [
    ['<!doctype html><html></html>', /HTML/i],
    ['{"hello":1}', /openapi/i],
    ['just text', /openapi/i],
    ['{"swagger":"2.0","paths":{}}', /Swagger/],
    ['{"openapi":"3.0.0",', /line|JSON|YAML/i],
    ['', /document|url/i],
  ]) {
    const { status, body } = await add({ name: 'bad', document });
    assert.ok(status >= 400 && status < 500, `${status} for ${document}`);
    assert.match(JSON.stringify(body.error), pattern, document);
  }
  assert.deepEqual(await sources(), ['items']);
});

test('a YAML bomb is refused quickly', async () => {
  let document = 'openapi: 3.0.0\nx-a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n';
  for (let i = 1; i < 12; i++)
    document += `x-a${i}: &a${i} [${Array(10)
      .fill(`*a${i - 1}`)
      .join(',')}]\n`;
  const { status, body } = await add({ name: 'bomb', document });
  assert.equal(status, 422);
  assert.equal(body.error.code, 'document_too_complex');
});

test('circular references load and stay finite', async () => {
  const node = {
    type: 'object',
    properties: { v: { type: 'string' }, next: { $ref: '#/components/schemas/Node' } },
  };
  const document = {
    openapi: '3.1.0',
    info: { title: 'c', version: '1' },
    servers: [{ url: upstream.url }],
    components: { schemas: { Node: node } },
    paths: {
      '/n': {
        post: {
          operationId: 'n',
          requestBody: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Node' } } },
          },
          responses: {
            200: {
              description: 'x',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Node' } } },
            },
          },
        },
      },
    },
  };
  assert.equal((await add({ name: 'circular', document: JSON.stringify(document) })).status, 201);
  const text = JSON.stringify(
    (await execute(server, 'return await tools.catalog.describe({ path: "circular.n" })'))
      .structuredContent.result,
  );
  assert.ok(text.length < 4000, String(text.length));
  assert.equal((await api(server, 'DELETE', '/api/v1/sources/circular')).status, 200);
});

test('a 500 MB document is cut off at the limit', async () => {
  const endless = http.createServer((request, response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': String(500 << 20),
    });
    const chunk = Buffer.alloc(1 << 20, 0x20);
    const push = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', push);
    push();
  });
  await new Promise((r) => endless.listen(0, '127.0.0.1', r));
  const { status, body } = await add({
    name: 'big',
    url: `http://127.0.0.1:${endless.address().port}/openapi.json`,
  });
  endless.closeAllConnections();
  endless.close();
  assert.equal(status, 413, JSON.stringify(body));
  assert.equal(body.error.code, 'document_too_large');
});

test('names: taken, reserved', async () => {
  assert.equal(
    (await add({ name: 'items', document: JSON.stringify(itemsDocument(upstream.url)) })).body.error
      .code,
    'already_exists',
  );
  for (const name of ['discover', 'catalog', 'storage', 'fs', 'kv', 'sqlite', 'results']) {
    assert.equal(
      (await add({ name, document: JSON.stringify(itemsDocument(upstream.url)) })).body.error.code,
      'reserved_name',
      name,
    );
  }
});

test('an unreachable upstream, garbage and a cut answer are errors the program can read', async () => {
  upstream.handlers['GET /items'] = (r, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"half":');
  };
  assert.equal((await caught('tools.items.items.list({})')).code, 'upstream_invalid');
  upstream.handlers['GET /items'] = (r, response) => {
    response.socket.destroy();
  };
  assert.equal((await caught('tools.items.items.list({})')).code, 'upstream_unreachable');
  upstream.handlers['GET /items'] = (r, response) => {
    response.socket.end('garbage that is not HTTP\r\n\r\n');
  };
  assert.match(
    (await caught('tools.items.items.list({})')).code,
    /^upstream_(invalid|unreachable)$/,
  );
  const gone = itemsDocument('http://127.0.0.1:1');
  assert.equal((await add({ name: 'gone', document: JSON.stringify(gone) })).status, 201);
  assert.equal((await caught('tools.gone.items.list({})')).code, 'upstream_unreachable');
  await api(server, 'DELETE', '/api/v1/sources/gone');
});

test('responses: empty is null, text is text, binary is base64', async () => {
  upstream.handlers['GET /items/1'] = (r, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end();
  };
  upstream.handlers['GET /items/2'] = (r, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end('plain');
  };
  upstream.handlers['GET /items/3'] = (r, response) => {
    response.writeHead(200, { 'content-type': 'image/png' });
    response.end(Buffer.from([0x89, 0x50, 0, 0xff]));
  };
  upstream.handlers['GET /items/4'] = (r, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"id":9007199254740993,"f":0.1}');
  };
  const result = await execute(
    server,
    'return await Promise.all([1, 2, 3, 4].map((id) => tools.items.items.get({ id })))',
  );
  const [empty, text, binary, big] = result.structuredContent.result;
  assert.equal(empty, null);
  assert.equal(text, 'plain');
  assert.equal(binary.base64, Buffer.from([0x89, 0x50, 0, 0xff]).toString('base64'));
  assert.deepEqual(big, { id: '9007199254740993', f: 0.1 });
});

test('the egress guard refuses metadata addresses, whatever they are called', async () => {
  for (const url of [
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:169.254.169.254]/x',
    'http://0xa9fea9fe/x',
    'http://2852039166/x',
    `${server.url}/api/v1/status`,
  ]) {
    const { status, body } = await add({ name: 'meta', url });
    assert.equal(status, 403, `${url}: ${JSON.stringify(body)}`);
    assert.equal(body.error.code, 'egress_denied', url);
  }
});

test('hostile programs end by name and the next one runs', async () => {
  const hostile = {
    'for (;;) {}': /cpu_limit|timed_out/,
    'while (true) await 0': /cpu_limit|timed_out/,
    'const a = []; for (;;) a.push(new Array(1000).fill(1.5))': /memory_limit|cpu_limit/,
    'function f(): any { return f() + 1 } return f()': /stack_overflow|program_error/,
    'await new Promise(() => {})': /deadlock/,
    'return "x".repeat(2 ** 29)': /memory_limit|result_too_large|program_error/,
  };
  await Promise.all(
    Object.entries(hostile).map(async ([code, expected]) => {
      const result = await execute(server, code, { timeoutMs: 8000 });
      assert.match(detail(result).code, expected, code);
    }),
  );
  assert.equal((await execute(server, 'return "alive"')).structuredContent.result, 'alive');
});

test('REST: malformed JSON, wrong type, unknown member, unknown route', async () => {
  assert.equal(
    (await api(server, 'POST', '/api/v1/policies', undefined, { raw: '{' })).body.error.code,
    'invalid_json',
  );
  assert.equal(
    (
      await api(server, 'POST', '/api/v1/policies', undefined, {
        raw: '{}',
        headers: { 'content-type': 'text/plain' },
      })
    ).status,
    415,
  );
  const unknown = await api(server, 'POST', '/api/v1/policies', {
    effect: 'allow',
    tool: 'items.items.list',
    efect: 1,
  });
  assert.equal(unknown.body.error.code, 'unknown_argument');
  assert.match(unknown.body.error.message, /efect/);
  assert.equal((await api(server, 'GET', '/api/v1/nope')).status, 404);
  assert.equal((await api(server, 'PUT', '/api/v1/policies', {})).status, 405);
  assert.ok((await api(server, 'GET', '/api/v1/nope')).body.error.requestId);
});
