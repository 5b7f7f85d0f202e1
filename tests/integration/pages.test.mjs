// The plain pages as a browser without script uses them: open link, session, decision by form (D1, D40).
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { api, execute, startExecutor, until } from '../support/executor.mjs';
import { itemsDocument, startUpstream } from '../support/upstream.mjs';

const attack = '"><script>alert(1)</script><img src=x onerror=alert(2)>\'';
let server, upstream;

// A document whose every own word is hostile.
function hostileDocument() {
  const document = itemsDocument(upstream.url);
  document.info.title = attack;
  const create = document.paths['/items'].post;
  Object.assign(create, {
    operationId: attack,
    summary: attack,
    description: attack,
    tags: [attack],
  });
  return document;
}

before(async () => {
  upstream = await startUpstream({
    'POST /items': (r) => ({ id: 1, ...JSON.parse(r.body) }),
    'GET /items': () => [],
  });
  server = await startExecutor();
  for (const [name, document] of [
    ['items', itemsDocument(upstream.url)],
    ['hostile', hostileDocument()],
  ]) {
    const added = await api(server, 'POST', '/api/v1/sources', {
      name,
      document: JSON.stringify(document),
    });
    assert.equal(added.status, 201, JSON.stringify(added.body));
  }
});
after(async () => {
  await server.remove();
  await upstream.close();
});

const page = (path, { cookie, ...options } = {}) =>
  fetch(server.url + path, {
    redirect: 'manual',
    ...options,
    headers: { ...(cookie ? { cookie } : {}), ...options.headers },
  });
const form = (path, fields, options = {}) =>
  page(path, {
    ...options,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...options.headers },
    body: new URLSearchParams(fields),
  });
const csrfOf = (html) => /name="csrf" value="([^"]+)"/.exec(html)?.[1];

async function openBrowser() {
  const { body } = await api(server, 'POST', '/api/v1/open-links');
  const response = await form(new URL(body.url).pathname, {});
  assert.equal(response.status, 303);
  return response.headers.get('set-cookie').split(';')[0];
}
async function waitingApproval(
  code = 'return await tools.items.items.create({ name: "by form" })',
) {
  const known = new Set(
    (await api(server, 'GET', '/api/v1/approvals')).body.items.map((a) => a.id),
  );
  const running = execute(server, code);
  const approval = await until(
    async () =>
      (await api(server, 'GET', '/api/v1/approvals?status=pending')).body.items.find(
        (a) => !known.has(a.id),
      ),
    'an approval is pending',
  );
  return { running, approval, path: `/approvals/${approval.id}` };
}

test('an open link becomes a session once, by its button and not by looking', async () => {
  const { body } = await api(server, 'POST', '/api/v1/open-links');
  const path = new URL(body.url).pathname;
  for (let i = 0; i < 2; i++) {
    const looked = await page(path);
    assert.equal(looked.status, 200);
    assert.equal(looked.headers.get('set-cookie'), null);
  }
  const opened = await form(path, {});
  assert.equal(opened.status, 303);
  assert.equal(opened.headers.get('location'), '/');
  const set = opened.headers.get('set-cookie');
  assert.match(set, /HttpOnly/);
  assert.match(set, /SameSite=Strict/);
  assert.equal((await page('/', { cookie: set.split(';')[0] })).status, 200);
  assert.equal((await form(path, {})).status, 401);
});

test('without a session every page is 401 and says how to get one', async () => {
  const { approval, path, running } = await waitingApproval();
  for (const target of ['/', path, `/executions/${approval.executionId}`]) {
    const response = await page(target);
    assert.equal(response.status, 401, target);
    const html = await response.text();
    assert.match(html, /executor open/);
    assert.doesNotMatch(html, /items\.items\.create/);
  }
  // An agent's key and the owner's token are for programs; a page wants a session.
  for (const headers of [
    { 'x-api-key': server.apiKey },
    { authorization: `Bearer ${server.ownerToken}` },
  ])
    assert.equal((await page(path, { headers })).status, 401);
  assert.equal((await form(`${path}/decision`, { decision: 'approve' })).status, 401);
  await api(server, 'POST', `/api/v1/approvals/${approval.id}/decision`, { decision: 'deny' });
  await running;
});

test('a person approves by the form, and the call is sent once', async () => {
  const cookie = await openBrowser();
  const before = upstream.requests('POST').length;
  const { running, path } = await waitingApproval();
  assert.match(await (await page('/', { cookie })).text(), new RegExp(path));
  const shown = await page(path, { cookie });
  assert.equal(shown.status, 200);
  const html = await shown.text();
  for (const part of [
    'items.items.create',
    'POST',
    upstream.url,
    '&quot;name&quot;: &quot;by form&quot;',
    'return await tools.items.items.create',
  ])
    assert.ok(html.includes(part), part);
  assert.equal(upstream.requests('POST').length, before, 'looking decides nothing');
  const decided = await form(
    `${path}/decision`,
    { decision: 'approve', reason: 'seen', csrf: csrfOf(html) },
    { cookie },
  );
  assert.equal(decided.status, 303);
  assert.equal(decided.headers.get('location'), path);
  assert.deepEqual((await running).structuredContent.result, { id: 1, name: 'by form' });
  assert.equal(upstream.requests('POST').length, before + 1);
  const after = await (await page(path, { cookie })).text();
  assert.match(after, /approved/);
  assert.equal(
    csrfOf(after.split('Your decision')[1] ?? ''),
    undefined,
    'no form is offered again',
  );
  assert.equal(
    (await form(`${path}/decision`, { decision: 'approve', csrf: csrfOf(html) }, { cookie }))
      .status,
    409,
  );
  assert.equal(upstream.requests('POST').length, before + 1);
});

test('a denial by the form reaches the program with its reason', async () => {
  const cookie = await openBrowser();
  const { running, path } = await waitingApproval(
    'try { await tools.items.items.create({ name: "no" }) } catch (e: any) { return e.message }',
  );
  const html = await (await page(path, { cookie })).text();
  assert.equal(
    (
      await form(
        `${path}/decision`,
        { decision: 'deny', reason: 'nein, wegen "Ä"', csrf: csrfOf(html) },
        { cookie },
      )
    ).status,
    303,
  );
  assert.match((await running).structuredContent.result, /nein, wegen "Ä"/);
});

test('a form without the token of its own session changes nothing', async () => {
  const cookie = await openBrowser();
  const { approval, path, running } = await waitingApproval();
  const other = csrfOf(await (await page(path, { cookie: await openBrowser() })).text());
  for (const fields of [{}, { csrf: '' }, { csrf: 'guess' }, { csrf: other }]) {
    assert.equal(
      (await form(`${path}/decision`, { decision: 'approve', ...fields }, { cookie })).status,
      403,
      JSON.stringify(fields),
    );
  }
  const csrf = csrfOf(await (await page(path, { cookie })).text());
  assert.equal(
    (
      await form(
        `${path}/decision`,
        { decision: 'approve', csrf },
        { cookie, headers: { origin: 'https://evil.example' } },
      )
    ).status,
    403,
  );
  assert.equal(
    (await form(`${path}/decision`, { decision: 'perhaps', csrf }, { cookie })).status,
    400,
  );
  assert.ok(
    [404, 405].includes(
      (await page(`${path}/decision?decision=approve&csrf=${csrf}`, { cookie })).status,
    ),
  );
  assert.equal(
    (await api(server, 'GET', `/api/v1/approvals/${approval.id}`)).body.status,
    'pending',
  );
  await api(server, 'POST', `/api/v1/approvals/${approval.id}/decision`, { decision: 'deny' });
  await running;
});

test('hostile names, inputs and programs are shown as text', async () => {
  const cookie = await openBrowser();
  const { body } = await api(server, 'GET', '/api/v1/tools?namespace=hostile');
  const tool = body.tools.map((t) => t.path).find((p) => /script|alert/.test(p));
  assert.ok(tool, JSON.stringify(body));
  const { running, approval, path } = await waitingApproval(
    `// ${attack}\nreturn await tools.${tool}({ name: ${JSON.stringify(attack)} })`,
  );
  for (const target of [
    '/',
    path,
    `/executions/${approval.executionId}`,
    `/approvals/${encodeURIComponent(attack.replaceAll('/', ''))}`,
    `/open/${encodeURIComponent(attack.replaceAll('/', ''))}`,
  ]) {
    const response = await page(target, { cookie });
    const html = await response.text();
    assert.ok(!/<script|<img/i.test(html), `${target}\n${html}`);
    const policy = response.headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'/, target);
    assert.doesNotMatch(policy, /script-src/);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  }
  // A path that no page has is answered as JSON, which a browser does not render.
  assert.match(
    (await page(`/approvals/${encodeURIComponent(attack)}`, { cookie })).headers.get(
      'content-type',
    ),
    /^application\/json/,
  );
  await api(server, 'POST', `/api/v1/approvals/${approval.id}/decision`, {
    decision: 'deny',
    reason: attack,
  });
  await running;
  assert.ok(!/<script|<img/i.test(await (await page(path, { cookie })).text()));
});

test('pages show no credential', async () => {
  const cookie = await openBrowser();
  const html = await (await page('/', { cookie })).text();
  for (const secret of [server.apiKey, server.ownerToken, cookie.split('=')[1]])
    assert.ok(!html.includes(secret));
  for (const name of ['Claude Code', 'Cursor', 'VS Code', 'Codex', 'OpenCode', 'Gemini CLI'])
    assert.ok(html.includes(name), name);
});

test('signing out ends the session', async () => {
  const cookie = await openBrowser();
  const csrf = csrfOf(await (await page('/', { cookie })).text());
  assert.equal((await form('/sign-out', {}, { cookie })).status, 403);
  assert.equal((await form('/sign-out', { csrf }, { cookie })).status, 303);
  assert.equal((await page('/', { cookie })).status, 401);
});
