// Every command of the command line against a real server: text for people, --json, exit codes.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binary, cleanEnv, cli, rpc, startExecutor, tempDir, until } from '../support/executor.mjs';
import { itemsDocument, startUpstream } from '../support/upstream.mjs';

let server, upstream;
const run = (...args) => cli(server.dataDir, args);
const runWith = (input, ...args) => cli(server.dataDir, args, { input });
async function json(...args) {
  const result = await run(...args, '--json');
  assert.equal(result.code, 0, `${args.join(' ')}: ${result.stderr}`);
  return JSON.parse(result.stdout);
}

before(async () => {
  upstream = await startUpstream({
    'GET /items': () => [{ id: 1, name: 'first' }],
    'POST /items': (r) => ({ id: 2, ...JSON.parse(r.body) }),
    'GET /openapi.json': () => itemsDocument(upstream.url),
  });
  server = await startExecutor();
  writeFileSync(join(server.dataDir, 'items.json'), JSON.stringify(itemsDocument(upstream.url)));
  const added = await run('source', 'add', join(server.dataDir, 'items.json'), '--name', 'items');
  assert.equal(added.code, 0, added.stderr);
});
after(async () => {
  await server.remove();
  await upstream.close();
});

const commands = [
  'serve',
  'stop',
  'mcp',
  'connect',
  'open',
  'source',
  'connection',
  'policy',
  'settings',
  'tools',
  'execute',
  'call',
  'execution',
  'approval',
  'key',
  'doctor',
  'example',
  'completion',
  'version',
];

test('help names every command', async () => {
  const { code, stdout } = await run('--help');
  assert.equal(code, 0);
  for (const command of commands) assert.match(stdout, new RegExp(`^\\s+${command}\\b`, 'm'));
  assert.match(stdout, /Exit codes: 0 done; 1 .*; 2 .*; 3 /s);
});

test('the ready file has its members and is for its owner only', async () => {
  const file = join(server.dataDir, 'ready.json');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const ready = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(Object.keys(ready).sort(), [
    'apiKey',
    'mcpUrl',
    'ownerToken',
    'pid',
    'url',
    'workspaceId',
  ]);
  assert.equal(ready.pid, server.child.pid);
  for (const name of ['owner-token', 'agent-key', 'encryption-key', 'server.json', 'executor.db'])
    assert.equal(statSync(join(server.dataDir, name)).mode & 0o077, 0, name);
  assert.equal(statSync(server.dataDir).mode & 0o077, 0);
});

test('version', async () => {
  assert.match((await run('version')).stdout, /^executor \d+\.\d+\.\d+\n$/);
  assert.match((await json('version')).version, /^\d+\.\d+\.\d+$/);
});

test('source: add by file, URL and standard input, list, show, refresh, remove', async () => {
  const byUrl = await run('source', 'add', `${upstream.url}/openapi.json`, '--name', 'by_url');
  assert.equal(byUrl.code, 0, byUrl.stderr);
  assert.equal(byUrl.stdout, 'Ready by_url: 4 tools (Items 1.0.0)\n');
  assert.match(byUrl.stderr, /compiling/, 'progress goes to standard error');
  const byInput = await runWith(
    JSON.stringify(itemsDocument(upstream.url)),
    'source',
    'add',
    '-',
    '--name',
    'by_input',
    '--json',
  );
  assert.equal(byInput.code, 0, byInput.stderr);
  assert.equal(byInput.stderr, '');
  assert.equal(JSON.parse(byInput.stdout).toolCount, 4);
  const { items } = await json('source', 'list');
  assert.deepEqual(items.map((s) => s.name).sort(), ['by_input', 'by_url', 'items']);
  assert.match((await run('source', 'list')).stdout, /^NAME +KIND +STATE +TOOL COUNT +TITLE\n/);
  assert.equal((await json('source', 'show', 'by_url')).url, `${upstream.url}/openapi.json`);
  assert.match((await run('source', 'show', 'by_url')).stdout, /^toolCount +4$/m);
  assert.equal(
    (await run('source', 'refresh', 'by_url')).stdout,
    'Ready by_url: 4 tools (Items 1.0.0)\n',
  );
  for (const name of ['by_url', 'by_input'])
    assert.equal((await run('source', 'remove', name)).stdout, `Removed ${name}.\n`);
  const gone = await run('source', 'show', 'by_url');
  assert.equal(gone.code, 5);
  assert.match(gone.stderr, /\(not_found\)/);
});

test('source add: what cannot be a source says why and adds nothing', async () => {
  const file = join(server.dataDir, 'bad.txt');
  writeFileSync(file, 'just text');
  for (const [from, pattern] of [
    [file, /error: .*openapi/is],
    [join(server.dataDir, 'none.json'), /none\.json/],
    ['http://127.0.0.1:1/openapi.json', /error: /],
  ]) {
    const { code, stdout, stderr } = await run('source', 'add', from, '--name', 'bad');
    assert.notEqual(code, 0, from);
    assert.equal(stdout, '');
    assert.match(stderr, pattern);
  }
  assert.deepEqual(
    (await json('source', 'list')).items.map((s) => s.name),
    ['items'],
  );
});

test('connection: the secret comes from standard input or a file, never back', async () => {
  const added = await runWith('cli-canary-1\n', 'connection', 'add', 'items', '--json');
  assert.equal(added.code, 0, added.stderr);
  assert.ok(!added.stdout.includes('canary'));
  const {
    items: [connection],
  } = await json('connection', 'list');
  assert.equal(connection.kind, 'bearer');
  await run('call', 'items.items.list');
  assert.equal(
    upstream.requests('GET', '/items').at(-1).headers.authorization,
    'Bearer cli-canary-1',
  );
  assert.equal((await run('connection', 'remove', connection.id)).code, 0);

  const file = join(server.dataDir, 'secret');
  writeFileSync(file, 'user:cli-canary-2\n');
  const basic = await run(
    'connection',
    'add',
    'items',
    '--kind',
    'basic',
    '--name',
    'basic',
    '--from-file',
    file,
  );
  assert.equal(basic.code, 0, basic.stderr);
  await run('call', 'items.items.list');
  assert.equal(
    upstream.requests('GET', '/items').at(-1).headers.authorization,
    `Basic ${Buffer.from('user:cli-canary-2').toString('base64')}`,
  );
  assert.ok(!(await run('connection', 'list')).stdout.includes('canary'));
  for (const { id } of (await json('connection', 'list')).items)
    await run('connection', 'remove', id);
  rmSync(file);

  for (const args of [
    ['--in', 'header', '--parameter', 'X-Token'],
    ['--in', 'query', '--parameter', 'token'],
  ]) {
    const key = await runWith(
      'cli-canary-3',
      'connection',
      'add',
      'items',
      '--kind',
      'apiKey',
      ...args,
    );
    assert.equal(key.code, 0, key.stderr);
    await run('call', 'items.items.list');
    const sent = upstream.requests('GET', '/items').at(-1);
    assert.ok(
      sent.headers['x-token'] === 'cli-canary-3' || sent.query === '?token=cli-canary-3',
      JSON.stringify(sent),
    );
    for (const { id } of (await json('connection', 'list')).items)
      await run('connection', 'remove', id);
  }

  const empty = await runWith('', 'connection', 'add', 'items');
  assert.equal(empty.code, 2);
  assert.match(empty.stderr, /--from-file/);
  assert.equal((await run('connection', 'add', 'items', '--secret', 'x')).code, 2);
  assert.notEqual((await runWith('x', 'connection', 'add', 'none')).code, 0);
  assert.deepEqual((await json('connection', 'list')).items, []);
});

test('tools: search, list, describe', async () => {
  const found = await json('tools', 'search', 'create an item');
  assert.ok(JSON.stringify(found).includes('items.items.create'));
  assert.match(
    (await run('tools', 'search', 'create an item')).stdout,
    /^TOOL +APPROVAL +DESCRIPTION\n(.*\n)*items\.items\.create +required/,
  );
  assert.match(
    (await run('tools', 'list', '--namespace', 'items')).stdout,
    /^items\.items\.list +auto +List items$/m,
  );
  const first = await json('tools', 'list', '--namespace', 'items', '--limit', '3');
  assert.equal(first.tools.length, 3);
  assert.ok(first.nextCursor);
  const rest = await json(
    'tools',
    'list',
    '--namespace',
    'items',
    '--limit',
    '3',
    '--cursor',
    first.nextCursor,
  );
  assert.equal(rest.tools.length, 1);
  const described = await run('tools', 'describe', 'items.items.create');
  assert.equal(described.code, 0, described.stderr);
  assert.match(described.stdout, /items\.items\.create/);
  assert.match(described.stdout, /name: string/, 'the signature is TypeScript');
  assert.equal((await json('tools', 'describe', 'items.items.create')).path, 'items.items.create');
  assert.equal((await run('tools', 'describe', 'items.items.nope')).code, 5);
  assert.equal((await run('tools', 'search', 'zzzzqqq')).stdout, 'No tools match.\n');
});

test('execute: from a file and standard input, result, console, errors', async () => {
  const file = join(server.dataDir, 'program.ts');
  writeFileSync(
    file,
    'const n: number = (await tools.items.items.list({})).length; console.log("seen", n); return { n };',
  );
  const ran = await run('execute', file);
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(JSON.parse(ran.stdout), { n: 1 });
  assert.match(ran.stderr, /^\[log\] seen 1$/m);
  const view = JSON.parse((await runWith('return null', 'execute', '-', '--json')).stdout);
  assert.equal(view.status, 'completed');
  assert.equal(view.result, null);
  const failed = await runWith('const a = 1;\nthrow new Error("on purpose")', 'execute', '-');
  assert.equal(failed.code, 1);
  assert.equal(failed.stdout, '');
  assert.match(failed.stderr, /failed: .*on purpose.*\(line 2, column \d+\)/);
  const timed = await runWith(
    'await new Promise((r) => setTimeout(r, 60000))',
    'execute',
    '-',
    '--timeout-ms',
    '50',
    '--json',
  );
  assert.equal(timed.code, 1);
  assert.equal(JSON.parse(timed.stdout).status, 'timed_out');
  assert.equal((await runWith('return 1', 'execute', '-', '--timeout-ms', '600001')).code, 2);
  assert.equal((await runWith('  ', 'execute', '-')).code, 2);
  assert.equal((await run('execute', join(server.dataDir, 'none.ts'))).code, 5);
});

test('call: input as argument and from standard input', async () => {
  assert.deepEqual(JSON.parse((await run('call', 'items.items.list', '{"limit":5}')).stdout), [
    { id: 1, name: 'first' },
  ]);
  assert.equal(upstream.requests('GET', '/items').at(-1).query, '?limit=5');
  assert.equal((await runWith('{"limit":6}', 'call', 'items.items.list', '-')).code, 0);
  assert.equal(upstream.requests('GET', '/items').at(-1).query, '?limit=6');
  const before = upstream.seen.length;
  assert.notEqual((await run('call', 'items.items.list', '{oops')).code, 0);
  assert.notEqual((await run('call', 'items.items.list', '{"limit":"x"}')).code, 0);
  assert.notEqual((await run('call', 'items.items.nope')).code, 0);
  assert.equal(upstream.seen.length, before);
});

test('approval: a waiting command goes on when another approves', async () => {
  const before = upstream.requests('POST').length;
  const waiting = run('call', 'items.items.create', '{"name":"by cli"}');
  const approval = await until(
    async () => (await json('approval', 'list')).items[0],
    'an approval is pending',
  );
  assert.equal(approval.tool, 'items.items.create');
  assert.match((await run('approval', 'list')).stdout, /^ID +STATUS +TOOL +CREATED AT\napproval_/);
  const shown = await run('approval', 'show', approval.id);
  assert.match(shown.stdout, /^method +POST$/m);
  assert.match(shown.stdout, /"name": "by cli"/);
  assert.equal(upstream.requests('POST').length, before);
  const approved = await run('approval', 'approve', approval.id, '--reason', 'fine');
  assert.equal(approved.stdout, 'approved items.items.create\n');
  const done = await waiting;
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, new RegExp(`executor approval approve ${approval.id}`));
  assert.deepEqual(JSON.parse(done.stdout), { id: 2, name: 'by cli' });
  assert.equal(upstream.requests('POST').length, before + 1);
  const again = await run('approval', 'deny', approval.id);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /already_decided/);
  assert.equal((await run('approval', 'list')).stdout, 'Nothing waits for a decision.\n');
  assert.ok(
    (await json('approval', 'list', '--all')).items.some(
      (a) => a.id === approval.id && a.status === 'approved' && a.reason === 'fine',
    ),
  );
  assert.equal((await run('approval', 'show', 'approval_none')).code, 5);
});

test('execution: list, show, events, resume, cancel', async () => {
  const started = await run('call', 'items.items.create', '{"name":"x"}', '--no-wait');
  assert.equal(started.code, 6);
  const taskId = /^waiting (task_\S+)$/m.exec(started.stdout)[1];
  assert.equal((await json('execution', 'list', '--status', 'waiting')).items[0].taskId, taskId);
  assert.match(
    (await run('execution', 'list')).stdout,
    /^TASK ID +STATUS +QUEUE POSITION +CLIENT +CREATED AT +ERROR\n/,
  );
  const shown = await run('execution', 'show', taskId);
  assert.equal(shown.code, 0);
  assert.match(shown.stdout, new RegExp(`^${taskId} waiting$`, 'm'));
  assert.match(shown.stdout, /items\.items\.create/);
  assert.match(
    (await run('execution', 'events', taskId)).stdout,
    /created[^]*started[^]*call [^]*approval_requested/,
  );
  const events = (await json('execution', 'events', taskId)).items;
  assert.deepEqual(
    events.map((e) => e.seq),
    [...events.map((e) => e.seq)].sort((a, b) => a - b),
  );
  const resumed = run('execution', 'resume', taskId);
  assert.equal((await run('execution', 'cancel', taskId)).stdout, 'cancelled\n');
  assert.equal((await resumed).code, 1);
  assert.equal((await json('execution', 'show', taskId)).status, 'cancelled');
  assert.equal((await run('approval', 'list')).stdout, 'Nothing waits for a decision.\n');
  assert.notEqual((await run('execution', 'cancel', taskId)).code, 0);
  assert.equal((await run('execution', 'show', 'task_none')).code, 5);
  assert.equal((await run('execution', 'list', '--status', 'nonsense')).code, 2);
});

test('policy: add, list, remove', async () => {
  assert.equal((await run('policy', 'list')).stdout, 'No policies: reads run, writes ask.\n');
  assert.equal(
    (await run('policy', 'add', 'deny', 'items.items.list')).stdout,
    'Policy: deny items.items.list.\n',
  );
  const {
    items: [policy],
  } = await json('policy', 'list');
  assert.deepEqual([policy.effect, policy.tool], ['deny', 'items.items.list']);
  assert.match(
    (await run('policy', 'list')).stdout,
    /^EFFECT +TOOL +ID +CREATED AT +FROM APPROVAL\ndeny +items\.items\.list +pol_/,
  );
  assert.equal((await run('policy', 'remove', policy.id)).code, 0);
  assert.equal((await run('policy', 'remove', policy.id)).code, 5);
  assert.notEqual(
    (await run('policy', 'add', 'deny', 'items.*')).code,
    0,
    'patterns come later, and are not taken as a name',
  );
  assert.equal((await run('policy', 'add', 'perhaps', 'items.items.list')).code, 2);
});

test('key: create shows it once, revoke stops it at once', async () => {
  const key = (await run('key', 'create', 'for a test')).stdout.trim();
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  assert.equal((await rpc(server, ping, { key })).status, 200);
  const { items } = await json('key', 'list');
  const mine = items.find((k) => k.name === 'for a test');
  assert.equal(mine.mayApprove, false);
  assert.ok(!JSON.stringify(items).includes(key));
  assert.match((await run('key', 'list')).stdout, /^NAME +ID +MAY APPROVE +REVOKED/);
  assert.equal((await run('key', 'revoke', mine.id)).stdout, `Revoked ${mine.id}.\n`);
  assert.equal((await rpc(server, ping, { key })).status, 401);
  assert.equal((await run('key', 'revoke', 'key_none')).code, 5);
  const approving = await json('key', 'create', 'approves', '--may-approve');
  assert.ok(approving.key);
  assert.equal(
    (await json('key', 'list')).items.find((k) => k.name === 'approves').mayApprove,
    true,
  );
});

test('connect: a line for each client, facts as JSON', async () => {
  const { stdout } = await run('connect');
  for (const name of ['Claude Code', 'Cursor', 'VS Code', 'Codex', 'OpenCode', 'Gemini CLI'])
    assert.match(stdout, new RegExp(name));
  assert.match(
    (await run('connect', 'claude-code')).stdout,
    /claude mcp add --transport http executor http:\/\/127\.0\.0\.1:\d+\/mcp\/anonymous/,
  );
  assert.doesNotMatch((await run('connect', 'claude-code')).stdout, /Cursor/);
  const facts = await json('connect');
  assert.equal(facts.url, server.url);
  assert.equal(facts.mcpUrl, server.mcpUrl);
  assert.equal(facts.workspaceId, server.workspaceId);
  assert.equal(
    (
      await rpc(
        server,
        { jsonrpc: '2.0', id: 1, method: 'ping' },
        { key: facts.apiKey, url: facts.mcpUrl },
      )
    ).status,
    200,
  );
  const unknown = await run('connect', 'emacs');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /claude-code/);
});

test('open: a link that works once', async () => {
  const link = (await run('open')).stdout.trim();
  assert.ok(link.startsWith(`${server.url}/open/`), link);
  assert.equal((await fetch(link, { method: 'POST', redirect: 'manual' })).status, 303);
  assert.equal((await fetch(link, { method: 'POST', redirect: 'manual' })).status, 401);
  assert.match((await json('open')).url, /\/open\//);
});

test('doctor: configuration with origins, checks, jail parts, secrets masked', async () => {
  const { stdout, code, stderr } = await cli(server.dataDir, ['doctor'], {
    env: { EXECUTOR_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') },
  });
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^VARIABLE +VALUE +ORIGIN$/m);
  assert.match(stdout, /^EXECUTOR_DATA_DIR .* environment$/m);
  assert.ok(!stdout.includes(Buffer.alloc(32, 7).toString('base64')));
  assert.match(stdout, /sandbox: a program runs: return 1 \+ 1 gives 2/);
  assert.match(stdout, /type checker: typescript 7\.0\.2, idle/);
  assert.match(stdout, /server: http:\/\/127\.0\.0\.1:\d+ answers/);
  const { configuration, checks } = await json('doctor');
  assert.ok(
    configuration.some(
      (s) => s.name === 'EXECUTOR_LISTEN' && s.value === '127.0.0.1:4788' && s.origin === 'default',
    ),
  );
  const jail = checks.filter((c) => c.name.startsWith('jail: '));
  assert.ok(jail.length >= 5, JSON.stringify(checks));
  for (const part of jail) assert.ok(part.ok || part.text, `${part.name} says why it is missing`);
});

test('settings: show, set, reset, in words and as JSON', async () => {
  assert.match((await run('settings', 'show')).stdout, /^NAME +VALUE +FROM +RANGE +MEANING\n/);
  assert.equal((await run('settings', 'set', 'calls', '7')).stdout, 'calls is 7.\n');
  const one = (answer, name) => answer.items.find((setting) => setting.name === name);
  const shown = await json('settings', 'show');
  assert.deepEqual(
    [one(shown, 'calls').value, one(shown, 'calls').set, one(shown, 'calls').default],
    [7, true, 1000],
  );
  assert.match(shown.changedBy, /^acct_/);
  assert.equal(one(await json('settings', 'set', 'typeCheck', 'warn'), 'typeCheck').value, 'warn');
  for (const name of ['calls', 'typeCheck'])
    assert.equal((await run('settings', 'reset', name)).code, 0);
  assert.ok(!(await json('settings', 'show')).items.some((setting) => setting.set));
  assert.equal((await run('settings', 'set', 'calls')).code, 2);
  assert.equal((await run('settings', 'set', 'calls', '7.5')).code, 2);
  assert.equal((await run('settings', 'reset', 'cals')).code, 2);
});

test('doctor --production: a list with a fix for each fault, and no secret', async () => {
  const { stdout, code } = await run('doctor', '--production', '--json');
  const { ok, checklist } = JSON.parse(stdout);
  assert.equal(code, ok ? 0 : 1);
  assert.deepEqual(
    [...new Set(checklist.map((item) => item.section))],
    ['security', 'infrastructure', 'monitoring', 'optional'],
  );
  for (const item of checklist) {
    assert.ok(['ok', 'note', 'fail'].includes(item.standing), item.name);
    assert.equal(item.fix === undefined, item.standing === 'ok', item.name);
  }
  assert.ok(!stdout.includes(server.ownerToken) && !stdout.includes(server.apiKey));
});

test('doctor: a type checker that was named and is not there is a fault, and says what to do', async () => {
  const { code, stdout } = await cli(server.dataDir, ['doctor'], { env: { EXECUTOR_TSC: '/nowhere' } });
  assert.equal(code, 1, stdout);
  assert.match(stdout, /FAIL.* type checker: There is no TypeScript compiler at \/nowhere\./);
  assert.match(stdout, /EXECUTOR_TSC names the binary/);
});

test('doctor works without a server and before the first start', async () => {
  const dataDir = tempDir();
  const { code, stdout } = await cli(dataDir, ['doctor']);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /server: not running/);
  assert.ok(!existsSync(join(dataDir, 'executor.db')), 'looking changes nothing');
  rmSync(dataDir, { recursive: true });
});

test('completion is a script that the shell takes', async () => {
  const { stdout } = await run('completion', 'bash');
  const child = spawn('bash', [
    '-c',
    'eval "$(cat)"; COMP_WORDS=(executor approval ""); COMP_CWORD=2; _executor; echo "${COMPREPLY[*]}"',
  ]);
  let output = '';
  child.stdout.on('data', (d) => (output += d));
  child.stdin.end(stdout);
  await new Promise((r) => child.on('close', r));
  for (const word of ['list', 'show', 'approve', 'deny'])
    assert.ok(output.split(/\s+/).includes(word), output);
  for (const shell of ['zsh', 'fish']) assert.equal((await run('completion', shell)).code, 0);
  assert.equal((await run('completion', 'csh')).code, 2);
});

test('exit codes: usage, no server, not allowed, no such thing', async () => {
  assert.equal((await run('nope')).code, 2);
  assert.equal((await run()).code, 2);
  const empty = tempDir();
  const none = await cli(empty, ['source', 'list']);
  assert.equal(none.code, 3);
  assert.match(none.stderr, /executor serve/);
  const asJson = await cli(empty, ['source', 'list', '--json']);
  assert.equal(JSON.parse(asJson.stderr).error.code, 'unavailable');
  assert.equal(asJson.stdout, '');
  // A command line that holds an agent's key is refused what needs a person (D1).
  for (const name of ['server.json'])
    writeFileSync(join(empty, name), readFileSync(join(server.dataDir, name)));
  writeFileSync(join(empty, 'owner-token'), server.apiKey);
  assert.equal((await cli(empty, ['key', 'list'])).code, 4);
  rmSync(empty, { recursive: true });
});

test('a hostile working directory changes nothing', async () => {
  const checkout = join(server.dataDir, 'checkout');
  mkdirSync(checkout);
  writeFileSync(join(checkout, '.env'), 'EXECUTOR_LISTEN=0.0.0.0:9\nEXECUTOR_DATA_DIR=/nowhere\n');
  writeFileSync(join(checkout, 'config.yaml'), 'EXECUTOR_LISTEN: 0.0.0.0:9\n');
  const child = spawn(binary, ['doctor', '--json'], {
    cwd: checkout,
    env: cleanEnv({ EXECUTOR_DATA_DIR: server.dataDir }),
  });
  let output = '';
  child.stdout.on('data', (d) => (output += d));
  await new Promise((r) => child.on('close', r));
  assert.equal(
    JSON.parse(output).configuration.find((s) => s.name === 'EXECUTOR_LISTEN').value,
    '127.0.0.1:4788',
  );
});

test('an idle server that was asked to ends by itself', async () => {
  const idle = await startExecutor({ args: ['--exit-when-idle', '1'] });
  assert.deepEqual(await idle.exited, { code: 0, signal: null });
  assert.ok(!existsSync(join(idle.dataDir, 'server.json')));
  await idle.remove();
});

test('two clients that start at once share the one server', async () => {
  const dataDir = tempDir();
  const bridge = () =>
    spawn(binary, ['mcp'], {
      cwd: dataDir,
      env: cleanEnv({ EXECUTOR_DATA_DIR: dataDir, EXECUTOR_LISTEN: '127.0.0.1:0' }),
    });
  const ask = (child) =>
    new Promise((resolve) => {
      let output = '';
      child.stdout.on('data', (d) => {
        output += d;
        if (output.includes('\n')) resolve(JSON.parse(output));
      });
      child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    });
  const children = [bridge(), bridge()];
  for (const answer of await Promise.all(children.map(ask)))
    assert.deepEqual(answer, { jsonrpc: '2.0', id: 1, result: {} });
  for (const child of children) {
    child.stdin.end();
    await new Promise((r) => (child.exitCode === null ? child.once('exit', r) : r()));
  }
  const stopped = await cli(dataDir, ['stop', '--json']);
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.ok(JSON.parse(stopped.stdout).pid > 0);
  assert.equal((await cli(dataDir, ['stop'])).code, 3);
  rmSync(dataDir, { recursive: true, force: true });
});

test('the example tells the whole story', { timeout: 120_000 }, async () => {
  const dataDir = tempDir();
  const { code, stdout, stderr } = await cli(dataDir, ['example']);
  assert.equal(code, 0, stdout + stderr);
  for (const part of [
    /stand-in for api\.github\.com/,
    /source add: \d{3,} tools of GitHub/,
    /tools\.github\.issues\.create/,
    /waits for a person, with exactly this input: .*Made by the example/,
    /executor approval approve approval_/,
    /"created": "Made by the example"/,
    /completed +github\.issues\.list_for_repo/,
  ])
    assert.match(stdout, part);
  const view = JSON.parse((await cli(dataDir, ['example', '--json'])).stdout);
  assert.equal(view.status, 'completed');
  assert.equal(view.result.created, 'Made by the example');
  assert.ok(!existsSync(join(dataDir, 'executor.db')), 'the example leaves nothing behind');
  rmSync(dataDir, { recursive: true });
});
