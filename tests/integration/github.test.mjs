// GitHub's real OpenAPI document, end to end: list, get, create; approve, deny; nothing unapproved leaves.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { api, callTool, execute, root, startExecutor, until } from '../support/executor.mjs';
import { startUpstream } from '../support/upstream.mjs';

const file = join(root, 'node_modules/@octokit/openapi/generated/api.github.com.json');
const document = JSON.parse(readFileSync(file, 'utf8'));
const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const operations = Object.values(document.paths).flatMap((item) =>
  methods.filter((m) => item[m]),
).length;
let server, upstream;

before(async () => {
  upstream = await startUpstream({
    '*': (r, response) => {
      if (r.path === '/specs/github.json') {
        response.writeHead(200, { 'content-type': 'application/json', etag: '"v1"' });
        response.end(readFileSync(file));
        return undefined;
      }
      if (r.method === 'GET' && r.path === '/repos/acme/app/issues')
        return [
          { number: 1, title: 'first' },
          { number: 2, title: 'second' },
        ];
      if (r.method === 'GET' && r.path === '/repos/acme/app/issues/2')
        return { number: 2, title: 'second', id: 9007199254740993n.toString() };
      if (r.method === 'POST' && r.path === '/repos/acme/app/issues') {
        response.writeHead(201, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ number: 3, ...JSON.parse(r.body) }));
        return undefined;
      }
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"message":"Not Found","status":"404"}');
      return undefined;
    },
  });
  server = await startExecutor();
  const added = await api(server, 'POST', '/api/v1/sources', {
    name: 'github',
    url: `${upstream.url}/specs/github.json`,
    baseUrl: upstream.url,
  });
  assert.equal(added.status, 201, JSON.stringify(added.body));
  const connection = await api(server, 'POST', '/api/v1/connections', {
    source: 'github',
    kind: 'bearer',
    secret: 'ghp_canary_secret_value',
  });
  assert.equal(connection.status, 201, JSON.stringify(connection.body));
  assert.ok(!JSON.stringify(connection.body).includes('canary'));
});
after(async () => {
  await server.remove();
  await upstream.close();
});

const pending = () =>
  api(server, 'GET', '/api/v1/approvals?status=pending').then((r) => r.body.items);
const decide = (id, decision, reason) =>
  api(server, 'POST', `/api/v1/approvals/${id}/decision`, {
    decision,
    ...(reason ? { reason } : {}),
  });
const create = 'tools.github.issues.create({ owner: "acme", repo: "app", title: "third" })';

test('there are as many tools as operations', async () => {
  const { body } = await api(server, 'GET', '/api/v1/sources/github');
  assert.equal(body.toolCount, operations);
});

test('list and get run at once, with the credential, and the program never sees it', async () => {
  const result = await execute(
    server,
    `
    const all = await tools.github.issues.list_for_repo({ owner: "acme", repo: "app", per_page: 10 });
    const one = await tools.github.issues.get({ owner: "acme", repo: "app", issue_number: all[1].number });
    const full = await tools.github.issues.get({ owner: "acme", repo: "app", issue_number: 2 }, { response: "full" });
    return { titles: all.map((i: any) => i.title), one: one.title, status: full.status, header: full.headers["content-type"], seen: JSON.stringify([globalThis, all, one, full]).includes("canary") };`,
  );
  assert.equal(result.isError, undefined, result.content[0].text);
  assert.deepEqual(result.structuredContent.result, {
    titles: ['first', 'second'],
    one: 'second',
    status: 200,
    header: 'application/json',
    seen: false,
  });
  const sent = upstream.requests('GET', '/repos/acme/app/issues')[0];
  assert.equal(sent.headers.authorization, 'Bearer ghp_canary_secret_value');
  assert.equal(sent.query, '?per_page=10');
});

test('an upstream error is an Error with status and body', async () => {
  const result = await execute(
    server,
    `
    try { await tools.github.issues.get({ owner: "acme", repo: "none", issue_number: 1 }); }
    catch (e: any) { return { isError: e instanceof Error, code: e.code, status: e.status, message: e.body.message, toolPath: e.toolPath }; }`,
  );
  assert.deepEqual(result.structuredContent.result, {
    isError: true,
    code: 'upstream_error',
    status: 404,
    message: 'Not Found',
    toolPath: 'github.issues.get',
  });
});

test('a create waits, is approved by a person, and is sent once', async () => {
  const running = execute(server, `return await ${create}`);
  const [approval] = await until(async () => {
    const p = await pending();
    return p.length && p;
  }, 'an approval is pending');
  assert.equal(approval.tool ?? approval.toolPath, 'github.issues.create');
  assert.equal(upstream.requests('POST').length, 0);
  const asAgent = await api(
    server,
    'POST',
    `/api/v1/approvals/${approval.id}/decision`,
    { decision: 'approve' },
    { token: server.apiKey },
  );
  assert.equal(asAgent.status, 403);
  assert.equal((await decide(approval.id, 'approve', 'fine')).status, 200);
  const result = await running;
  assert.equal(result.structuredContent.result.number, 3);
  assert.equal(upstream.requests('POST', '/repos/acme/app/issues').length, 1);
  assert.deepEqual(JSON.parse(upstream.requests('POST')[0].body), { title: 'third' });
  assert.equal((await decide(approval.id, 'approve')).status, 409);
  assert.equal(upstream.requests('POST', '/repos/acme/app/issues').length, 1);
});

test('a denied create never reaches the upstream and its reason reaches the program', async () => {
  const before = upstream.requests('POST').length;
  const running = execute(
    server,
    `try { await ${create} } catch (e: any) { return [e.code, e.message] }`,
  );
  const [approval] = await until(async () => {
    const p = await pending();
    return p.length && p;
  }, 'an approval is pending');
  await decide(approval.id, 'deny', 'not on a Friday');
  const [code, message] = (await running).structuredContent.result;
  assert.equal(code, 'approval_denied');
  assert.match(message, /not on a Friday/);
  assert.equal(upstream.requests('POST').length, before);
});

test('an uncaught denial ends the execution as denied; a forged one does not', async () => {
  const running = execute(server, `await ${create}`);
  const [approval] = await until(async () => {
    const p = await pending();
    return p.length && p;
  }, 'an approval is pending');
  await decide(approval.id, 'deny', 'no');
  assert.equal((await running).structuredContent.status, 'denied');
  const forged = await execute(
    server,
    'throw Object.assign(new Error("approval denied"), { code: "approval_denied" })',
  );
  assert.equal(forged.structuredContent.status, 'failed');
});

test('policies allow and deny one exact tool', async () => {
  const deny = await api(server, 'POST', '/api/v1/policies', {
    effect: 'deny',
    tool: 'github.issues.list_for_repo',
  });
  assert.equal(deny.status, 201, JSON.stringify(deny.body));
  const before = upstream.requests('GET', '/repos/acme/app/issues').length;
  const refused = await execute(
    server,
    'try { await tools.github.issues.list_for_repo({ owner: "acme", repo: "app" }) } catch (e: any) { return e.code }',
  );
  assert.equal(refused.structuredContent.result, 'policy_denied');
  assert.equal(upstream.requests('GET', '/repos/acme/app/issues').length, before);
  await api(server, 'DELETE', `/api/v1/policies/${deny.body.id}`);
  const allow = await api(server, 'POST', '/api/v1/policies', {
    effect: 'allow',
    tool: 'github.issues.create',
  });
  const result = await execute(server, `return (await ${create}).number`);
  assert.equal(result.structuredContent.result, 3);
  await api(server, 'DELETE', `/api/v1/policies/${allow.body.id}`);
});

test('concurrent calls are in flight together', async () => {
  let waiting = [];
  const former = upstream.handlers['*'];
  upstream.handlers['*'] = () =>
    new Promise((r) => {
      waiting.push(r);
      if (waiting.length === 8) waiting.forEach((f) => f({ ok: true }));
    });
  const result = await execute(
    server,
    'const all = await Promise.all(Array.from({ length: 8 }, (_, i) => tools.github.issues.get({ owner: "a", repo: "b", issue_number: i }))); return all.length',
  );
  upstream.handlers['*'] = former;
  assert.equal(result.structuredContent.result, 8);
});

test('input mistakes name the key and send nothing', async () => {
  const before = upstream.seen.length;
  const cases = [
    ['{ owner: "acme", repo: "app" }', /issue_number/],
    [
      '{ owner: "acme", repo: "app", issue_number: "x" }',
      /issue_number.*integer|integer.*issue_number/s,
    ],
    ['{ owner: "acme", repo: "app", issue_number: 1, isue: 2 }', /isue/],
    ['{ owner: "..", repo: "app", issue_number: 1 }', /owner/],
  ];
  for (const [input, expected] of cases) {
    const result = await execute(
      server,
      `try { await tools.github.issues.get(${input}) } catch (e: any) { return [e.code, e.message + " " + (e.hint ?? "")] }`,
      { typeCheck: 'off' }, // what the call itself says
    );
    assert.match(result.structuredContent.result[1], expected, input);
  }
  assert.equal(upstream.seen.length, before);
});

test('an unknown tool names the nearest real ones', async () => {
  const result = await execute(server, 'return await tools.github.issues.lst_for_repo({})');
  assert.equal(result.isError, true);
  assert.match(result.content[0].text, /github\.issues\.list_for_repo/);
});

test('discover finds operations by plain words', async () => {
  const result = await execute(
    server,
    `
    const found = await tools.discover({ query: "create an issue", limit: 5 });
    const typed = await tools.catalog.describe({ path: "github.issues.create" });
    return { paths: found.results.map((r: any) => r.path), described: JSON.stringify(typed), spaces: (await tools.catalog.namespaces({})) };`,
  );
  const { paths, described } = result.structuredContent.result;
  assert.ok(paths.includes('github.issues.create'), paths.join());
  assert.match(described, /title/);
});

test(
  'a waiting execution answers after its grace and resume gets the rest',
  { timeout: 60_000 },
  async () => {
    const waiting = await execute(server, `return (await ${create}).title`);
    assert.equal(waiting.structuredContent.status, 'waiting');
    assert.match(waiting.content[0].text, /approvals\/approval_/);
    const { taskId, approvals } = waiting.structuredContent;
    await decide(approvals[0].id, 'approve');
    const rest = await callTool(server, 'resume', { taskId });
    assert.equal(rest.structuredContent.status, 'completed');
    assert.equal(rest.structuredContent.result, 'third');
  },
);

test('no secret stands in any answer, event, log or database', async () => {
  const executions = (await api(server, 'GET', '/api/v1/executions?limit=100')).body.items;
  for (const { taskId: id } of executions) {
    const text = JSON.stringify([
      (await api(server, 'GET', `/api/v1/executions/${id}`)).body,
      (await api(server, 'GET', `/api/v1/executions/${id}/events`)).body,
    ]);
    assert.ok(!text.includes('ghp_canary_secret_value'), id);
  }
  assert.ok(!server.output().includes('ghp_canary_secret_value'));
  const { readdirSync, statSync } = await import('node:fs');
  for (const name of readdirSync(server.dataDir, { recursive: true })) {
    const path = join(server.dataDir, name);
    if (statSync(path).isFile())
      assert.ok(!readFileSync(path).includes('ghp_canary_secret_value'), name);
  }
});
