// The type check over GitHub's real document, with the real compiler: what an agent reads when a
// program is wrong (golden files), and 200 programs that are right.
//
// UPDATE_GOLDEN=1 writes the golden files anew; read the difference before you commit it.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { api, cli, execute, root, startExecutor } from '../support/executor.mjs';
import { exampleAnswers, startUpstream } from '../support/upstream.mjs';

const file = join(root, 'node_modules/@octokit/openapi/generated/api.github.com.json');
const document = readFileSync(file, 'utf8');
const folder = join(root, 'tests/type-check');
const compiler = join(root, 'node_modules/@typescript/typescript-linux-x64/lib/tsc');
let server, upstream;

before(async () => {
  assert.ok(existsSync(compiler), 'npm install brings the compiler');
  upstream = await startUpstream({
    'GET /repos/acme/app/readme': () => ({ content: btoa('# App') }),
    'GET /repos/acme/app/contents/README.md': () => ({
      path: 'README.md',
      sha: 'a',
      content: btoa('# App'),
    }),
    'GET /repos/acme/app/issues/99': () => ({ number: 99, secret_field: 7 }),
    '*': exampleAnswers(JSON.parse(document)),
  });
  server = await startExecutor();
  const added = await api(server, 'POST', '/api/v1/sources', {
    name: 'github',
    document,
    baseUrl: upstream.url,
  });
  assert.equal(added.status, 201, JSON.stringify(added.body));
  const connection = { source: 'github', name: 'work', kind: 'bearer', secret: 'ghp_of_a_test' };
  assert.equal((await api(server, 'POST', '/api/v1/connections', connection)).status, 201);
});
after(async () => {
  await server?.remove();
  await upstream?.close();
});

// A busy machine may make the compiler late once; the check says so, and a second one is warm.
async function check(code, { token } = {}) {
  for (let i = 0; ; i++) {
    const { status, body } = await api(server, 'POST', '/api/v1/check', { code }, { token });
    assert.equal(status, 200, JSON.stringify(body));
    const mustRun = body.status !== 'skipped' || !/checker/.test(body.reason);
    if (mustRun || i === 20) return body;
  }
}

// Ids differ from run to run.
const stable = (text) => text.replace(/task_[0-9a-f-]+/g, 'task_…');

const wrong = readdirSync(join(folder, 'golden')).filter((name) => name.endsWith('.ts'));
for (const name of wrong) {
  test(`what an agent reads: ${basename(name, '.ts').replaceAll('-', ' ')}`, async () => {
    const code = readFileSync(join(folder, 'golden', name), 'utf8');
    await check(code); // warm
    const mode = /^\/\/ typeCheck: (\w+)/.exec(code)?.[1];
    const result = await execute(server, code, mode ? { typeCheck: mode } : {});
    const golden = join(folder, 'golden', name.replace(/\.ts$/, '.txt'));
    const text = stable(result.content[0].text) + '\n';
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, 'utf8'));
  });
}

const programs = readdirSync(join(folder, 'programs')).flatMap((name) =>
  readFileSync(join(folder, 'programs', name), 'utf8')
    .split(/^\/\/\/\/ /m)
    .slice(1)
    .map((text) => {
      const end = text.indexOf('\n');
      const title = `${basename(name, '.ts')}: ${text.slice(0, end)}`;
      return { title, code: text.slice(end + 1) };
    }),
);

test('there are 200 correct programs, all different', () => {
  assert.ok(programs.length >= 200, String(programs.length));
  assert.equal(new Set(programs.map((p) => p.code)).size, programs.length);
});

// D23: nothing that runs is stopped.
test('no correct program has a blocking diagnostic', async () => {
  const blocked = [];
  let passed = 0;
  for (const { title, code } of programs) {
    const verdict = await check(code);
    if (verdict.status === 'passed') passed++;
    const { status, reason = '', text } = verdict;
    if (status === 'passed' || reason === 'it calls no tool by its full name') continue;
    blocked.push(`${title}: ${status} ${reason}\n${text}`);
  }
  assert.deepEqual(blocked, []);
  assert.ok(passed > 180, `${passed} were looked at`);
});

// They are correct: run unchecked against the document's own examples, none fails by a call.
test('the correct programs run', async () => {
  const called = programs.flatMap(({ code }) => [...code.matchAll(/tools\.github\.([a-z_.]+)\(/g)]);
  for (const path of new Set(called.map((match) => `github.${match[1]}`))) {
    await api(server, 'POST', '/api/v1/policies', { effect: 'allow', tool: path });
  }
  const failed = [];
  for (const { title, code } of programs) {
    const { structuredContent: ran } = await execute(server, code, { typeCheck: 'off' });
    if (ran.status !== 'completed') failed.push(`${title}: ${ran.status} ${ran.error}`);
  }
  assert.deepEqual(failed, []);
});

const wrongCall = "return await tools.github.issues.list_for_repo({ ownr: 'acme', repo: 'app' })";

test('what fails the check is not run: nothing leaves, and the place is told', async () => {
  await check(wrongCall);
  upstream.seen.length = 0;
  const { structuredContent: content, isError } = await execute(server, wrongCall);
  assert.equal(isError, true);
  assert.equal(content.status, 'failed');
  assert.equal(content.errorDetail.code, 'type_error');
  assert.equal(content.errorDetail.line, 1);
  assert.equal(content.errorDetail.column, wrongCall.indexOf('ownr') + 1);
  assert.match(content.errorDetail.hint, /owner/);
  assert.equal(content.typeCheck.status, 'failed');
  assert.deepEqual(upstream.seen, []);
});

test('warn runs it and reports; off does not look', async () => {
  const code = `try { ${wrongCall} } catch (e) { return e.code }`;
  await check(code);
  const warned = await execute(server, code, { typeCheck: 'warn' });
  assert.equal(warned.structuredContent.status, 'completed');
  assert.equal(warned.structuredContent.typeCheck.status, 'warned');
  assert.match(warned.content[0].text, /ownr is no input/);
  const off = await execute(server, code, { typeCheck: 'off' });
  assert.equal(off.structuredContent.status, 'completed');
  assert.equal(off.structuredContent.typeCheck, undefined);
});

test('undocumented fields run, and are a warning to whoever looks', async () => {
  const code =
    "const where = { owner: 'acme', repo: 'app', issue_number: 99 };\n" +
    'return (await tools.github.issues.get(where)).secret_field';
  await check(code);
  const result = await execute(server, code);
  assert.equal(result.structuredContent.result, 7);
  assert.equal(result.content[0].text, '7');
  assert.equal(result.structuredContent.typeCheck.status, 'passed');
  assert.equal(result.structuredContent.typeCheck.diagnostics.length, 1);
});

test('an agent may check; bad bodies are refused; other members too', async () => {
  assert.equal((await check(wrongCall, { token: server.apiKey })).status, 'failed');
  for (const [body, code] of [
    [{}, 'invalid_argument'],
    [{ code: 1 }, 'invalid_argument'],
    [{ code: 'return 1', run: true }, 'unknown_argument'],
    [{ code: 'x'.repeat((512 << 10) + 1) }, 'payload_too_large'],
  ]) {
    const answer = await api(server, 'POST', '/api/v1/check', body);
    assert.equal(answer.body.error.code, code);
  }
});

test('executor check shows the findings and ends with 1', async () => {
  const bad = await cli(server.dataDir, ['check', '-'], { input: wrongCall });
  assert.equal(bad.code, 1, bad.stderr);
  assert.match(bad.stdout, /failed[\s\S]*ownr is no input of tools\.github\.issues\.list_for_repo/);
  assert.match(bad.stdout, /\n +\| +\^\n/);
  const good = await cli(server.dataDir, ['check', '-'], { input: 'return 1' });
  assert.equal(good.code, 0);
  assert.match(good.stdout, /^skipped: it uses no tools/);
  const json = await cli(server.dataDir, ['check', '-', '--json'], { input: wrongCall });
  assert.equal(JSON.parse(json.stdout).status, 'failed');
});

// Types that cost for ever to compute: the check gives up, the program runs, the next is checked.
test('a program of hostile types runs unchecked, and the server goes on', async () => {
  const code =
    'type L<T, N extends number, A extends T[] = []> =\n' +
    '  A["length"] extends N ? A : L<T, N, [...A, T]>;\n' +
    'type X<T> = T extends [infer H, ...infer R] ? [H, ...X<R>, ...X<R>] : [];\n' +
    'let x: X<L<1, 40>>;\n' +
    "try { await tools.github.meta.get_zen({}) } catch {}\nreturn 'ran'";
  const result = await execute(server, code);
  assert.equal(result.structuredContent.status, 'completed', result.content[0].text);
  assert.equal((await check(wrongCall)).status, 'failed');
});
