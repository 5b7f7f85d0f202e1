// The pages in a real browser: Debian's Chromium, driven by playwright-core. What fetch cannot show:
// that cookies, forms, redirects, Origin and the content security policy work together.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { api, cli, execute, startExecutor, until } from '../support/executor.mjs';
import { itemsDocument, startUpstream } from '../support/upstream.mjs';

const executablePath = '/usr/bin/chromium';
let server, upstream, browser, context, page;
const complaints = [];

before(async () => {
  assert.ok(existsSync(executablePath), 'chromium is missing: run ./setup');
  upstream = await startUpstream({ 'POST /items': (r) => ({ id: 1, ...JSON.parse(r.body) }) });
  server = await startExecutor();
  const added = await api(server, 'POST', '/api/v1/sources', {
    name: 'items',
    document: JSON.stringify(itemsDocument(upstream.url)),
  });
  assert.equal(added.status, 201, JSON.stringify(added.body));
  // As root, and in most containers, Chromium cannot make its own sandbox.
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  context = await browser.newContext();
  page = await context.newPage();
  page.on('console', (m) => m.type() === 'error' && complaints.push(m.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await upstream?.close();
});

const openLink = async () => (await cli(server.dataDir, ['open'])).stdout.trim();
const posts = () => upstream.requests('POST').length;

// A program that waits; `running` gives its result.
async function waiting(code, count = 1) {
  const pending = async () =>
    (await api(server, 'GET', '/api/v1/approvals?status=pending')).body.items;
  const known = new Set((await pending()).map((a) => a.id));
  const running = execute(server, code);
  const fresh = async () => (await pending()).filter((a) => !known.has(a.id));
  await until(async () => (await fresh()).length >= count, `${count} approvals wait`);
  return { running, approvals: await fresh() };
}

test('an approval link leads through sign-in to a denial with a reason', async () => {
  const { running, approvals } = await waiting(
    'try { await tools.items.items.create({ name: "first" }) } catch (e: any) { return e.message }',
  );
  await page.goto(approvals[0].url);
  assert.match(await page.textContent('main'), /executor open/);
  assert.equal(await page.locator('button').count(), 0);

  // The printed link shows a button; only the button opens the session.
  await page.goto(await openLink());
  assert.deepEqual(await context.cookies(), []);
  await page.click('button:text-is("Open Executor")');
  await page.waitForURL(server.url + '/');
  assert.match(await page.textContent('main'), /Waiting for you/);
  const [cookie] = await context.cookies();
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Strict');

  // From the status page to the approval, and a denial with a reason.
  await page.click('a:has-text("items.items.create")');
  await page.waitForURL(approvals[0].url);
  const text = await page.textContent('main');
  for (const part of ['items.items.create', 'POST', upstream.url, '"name": "first"'])
    assert.ok(text.includes(part), part);
  await page.fill('input[name=reason]', 'not on a Friday, "Ä"');
  await page.click('button:text-is("Deny")');
  await page.waitForSelector('td.denied');
  assert.match(await page.textContent('main'), /not on a Friday, "Ä"/);
  assert.equal(await page.locator('button[name=decision]').count(), 0, 'no second decision');
  assert.match((await running).structuredContent.result, /not on a Friday, "Ä"/);
  assert.equal(posts(), 0);
});

test('Enter in the reason field never approves', async () => {
  const { running, approvals } = await waiting(
    'try { await tools.items.items.create({ name: "slip" }) } catch (e: any) { return e.code }',
  );
  await page.goto(approvals[0].url);
  await page.fill('input[name=reason]', 'a slip');
  await page.press('input[name=reason]', 'Enter');
  await page.waitForSelector('td.denied');
  assert.equal((await running).structuredContent.result, 'approval_denied');
  assert.equal(posts(), 0);
});

test('going back and pressing again is told, not repeated', async () => {
  const { running, approvals } = await waiting(
    'return await tools.items.items.create({ name: "once" })',
  );
  await page.goto(approvals[0].url);
  await page.click('button:text-is("Approve")');
  await page.waitForSelector('td.approved');
  assert.equal((await running).structuredContent.result.name, 'once');
  assert.equal(posts(), 1);
  await page.goBack();
  const again = page.locator('button:text-is("Approve")');
  if (await again.count()) {
    await again.click();
    await page.waitForSelector('text=already approved');
  }
  assert.equal(posts(), 1);
});

test('one button approves for the execution, another makes a policy', async () => {
  const code =
    'for (const name of ["a", "b", "c"]) await tools.items.items.create({ name }); return 3';
  const first = await waiting(code);
  await page.goto(first.approvals[0].url);
  await page.click('button:has-text("for this execution")');
  await page.waitForSelector('td.approved');
  assert.match(await page.textContent('main'), /all calls of this tool in this execution/);
  assert.equal((await first.running).structuredContent.result, 3);
  assert.equal(posts(), 4);

  const second = await waiting(code);
  await page.goto(second.approvals[0].url);
  await page.click('button:has-text("from now on")');
  await page.waitForSelector('td.approved');
  assert.equal((await second.running).structuredContent.result, 3);
  const { items } = (await api(server, 'GET', '/api/v1/policies')).body;
  assert.equal(items[0].fromApproval, second.approvals[0].id);
  assert.equal((await execute(server, code)).structuredContent.result, 3);
  await api(server, 'DELETE', `/api/v1/policies/${items[0].id}`);
});

test("an execution's page decides all that it shows", async () => {
  const { running, approvals } = await waiting(
    'return (await Promise.all(["a", "b"].map((name) => tools.items.items.create({ name })))).length',
    2,
  );
  await page.goto(`${server.url}/executions/${approvals[0].executionId}`);
  assert.equal(await page.locator('a[href^="/approvals/"]').count(), 2);
  await page.click('button:text-is("Approve all")');
  assert.equal((await running).structuredContent.result, 2);
});

test('another site can neither frame a decision nor send its form', async () => {
  const { running, approvals } = await waiting(
    'try { await tools.items.items.create({ name: "x" }) } catch (e: any) { return e.code }',
  );
  const evil = await context.newPage();
  await evil.route('http://evil.example/**', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<iframe src="${approvals[0].url}"></iframe>
        <form method="post" action="${approvals[0].url}/decision">
        <button name="decision" value="approve">Win a prize</button></form>`,
    }),
  );
  await evil.goto('http://evil.example/');
  for (const frame of evil.frames().slice(1))
    assert.equal(await frame.locator('button').count(), 0, 'the page let itself be framed');
  await Promise.all([evil.waitForURL('**/decision'), evil.click('text=Win a prize')]);
  assert.match(await evil.textContent('body'), /sign|origin|not allowed|executor open/i);
  const { body } = await api(server, 'GET', `/api/v1/approvals/${approvals[0].id}`);
  assert.equal(body.status, 'pending');
  await evil.close();
  await api(server, 'POST', `/api/v1/approvals/${approvals[0].id}/decision`, { decision: 'deny' });
  await running;
});

test('signing out ends the session, and nothing was complained of', async () => {
  await page.goto(server.url);
  await page.click('text=Sign out');
  await page.waitForSelector('text=executor open');
  await page.goto(server.url);
  assert.match(await page.textContent('main'), /executor open/);
  // 401 and 409 pages are told of as failed loads; a policy violation or a script error is not.
  const own = complaints.filter((text) => !/Failed to load resource|favicon/.test(text));
  assert.deepEqual(own, []);
});
