// Runs a text script (.xt): a rule of the product as commands and what they must print.
//
//   # comment
//   upstream items                 starts the items upstream ($UPSTREAM is its URL, $DOCUMENT its document)
//   $ executor source list         a command, run by sh with `executor` = the binary under test
//   text                           expected lines of its standard output and error, in order and whole
//   ~ regular expression           … or a line that matches
//   ? 1                            expected exit code (default 0)
//   upstream saw POST /items 1     how many such requests the upstream has had
//   & name command                 starts a command beside the others
//   wait name                      its output and exit code, expected as for `$`
//   until asked                    waits until an approval is pending; $APPROVAL is its id
//   until "command"                waits until the command ends with 0
//   restart server                 kills the server (-9) and starts it again on the same data
//
// A script whose first line is `# over: mcp` runs once for each transport of MCP, named as second
// argument; `mcp` in its commands is support/mcp-agent.mjs. No other line knows of transports.
//
// Standard error is merged into standard output as the command writes it.
//
// A server runs for the script's whole length. In output, ids (task_…, approval_…) are shown as
// task_ID and the server's and the upstream's addresses as $URL and $UPSTREAM.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { binary, cleanEnv, startExecutor } from './executor.mjs';
import { itemsDocument, startUpstream } from './upstream.mjs';

const [file, transport] = process.argv.slice(2);
let server = await startExecutor();
let upstream;
const bin = join(server.dataDir, 'bin');
mkdirSync(bin);
symlinkSync(binary, join(bin, 'executor'));
const agent = join(dirname(fileURLToPath(import.meta.url)), 'mcp-agent.mjs');
writeFileSync(join(bin, 'mcp'), `#!/bin/sh\nexec "${process.execPath}" "${agent}" "$@"\n`);
chmodSync(join(bin, 'mcp'), 0o755);
const env = cleanEnv({
  EXECUTOR_DATA_DIR: server.dataDir,
  PATH: `${bin}:${process.env.PATH}`,
  NO_COLOR: '1',
  EXECUTOR_BINARY: binary,
  ...(transport ? { TRANSPORT: transport } : {}),
});
function pointAt({ url, mcpUrl, apiKey }) {
  Object.assign(env, { URL: url, MCP_URL: mcpUrl, API_KEY: apiKey });
}
pointAt(server);
const background = new Map(),
  groups = new Set();
let failures = 0;

function mask(text) {
  let out = text.replaceAll(server.url, '$URL');
  if (upstream) out = out.replaceAll(upstream.url, '$UPSTREAM');
  return out.replace(
    /\b(task|approval|src|conn|pol|key|call|ws|acct|org|req|res)_[0-9a-f]{8}-[0-9a-f-]{27}/g,
    '$1_ID',
  );
}

// A process group of its own, so that what nobody waited for can be ended with all it started.
function run(command) {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', `{ ${command}\n} 2>&1`], {
      cwd: server.dataDir,
      env,
      detached: true,
    });
    groups.add(child.pid);
    child.on('exit', () => groups.delete(child.pid));
    let output = '';
    child.stdout.on('data', (d) => (output += d));
    child.on('close', (code) =>
      resolve({
        code,
        lines: mask(output)
          .replace(/\n$/, '')
          .split('\n')
          .filter((l, i, a) => l !== '' || a.length > 1),
      }),
    );
  });
}

function report(line, message) {
  failures++;
  console.log(`${file}:${line}: ${message}`);
}

// Commands that succeed when what a script waits for is there.
const pendingApproval = "executor approval list | awk 'NR == 2 { print $1 }' | grep .";
async function until(command) {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(30)) {
    const child = spawn('sh', ['-c', command], { cwd: server.dataDir, env });
    let output = '';
    child.stdout.on('data', (d) => (output += d));
    if ((await new Promise((done) => child.on('close', done))) === 0) return output.trim();
  }
  return undefined;
}

const lines = readFileSync(file, 'utf8').split('\n');
for (let i = 0; i < lines.length; i++) {
  const line = lines[i],
    number = i + 1;
  if (!line.trim() || line.startsWith('#')) continue;
  if (line === 'upstream items') {
    let next = 1;
    const items = new Map();
    upstream = await startUpstream({
      'GET /items': () => [...items.values()],
      'POST /items': (r, response) => {
        const item = { id: next++, ...JSON.parse(r.body) };
        items.set(item.id, item);
        response.writeHead(201, { 'content-type': 'application/json' });
        response.end(JSON.stringify(item));
      },
      '*': (r, response) => {
        const id = Number(/^\/items\/(\d+)$/.exec(r.path)?.[1]);
        if (r.method === 'GET' && items.has(id)) return items.get(id);
        if (r.method === 'DELETE' && items.delete(id)) {
          response.writeHead(204);
          response.end();
          return undefined;
        }
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end('{"message":"Not Found"}');
      },
    });
    env.UPSTREAM = upstream.url;
    env.DOCUMENT = join(server.dataDir, 'items.json');
    writeFileSync(env.DOCUMENT, JSON.stringify(itemsDocument(upstream.url)));
    continue;
  }
  const saw = /^upstream saw (\S+) (\S+) (\d+)$/.exec(line);
  if (saw) {
    const count = upstream.requests(saw[1], saw[2]).length;
    if (count !== Number(saw[3]))
      report(number, `the upstream saw ${count} × ${saw[1]} ${saw[2]}, expected ${saw[3]}`);
    continue;
  }
  const waited = /^until (asked|"(.*)")$/.exec(line);
  if (waited) {
    const found = await until(waited[2] ?? pendingApproval);
    if (found === undefined) report(number, `waited in vain: ${line}`);
    else if (!waited[2]) env.APPROVAL = found;
    continue;
  }
  if (line === 'restart server') {
    await server.stop('SIGKILL');
    server = await startExecutor({ dataDir: server.dataDir });
    pointAt(server);
    continue;
  }
  const started = /^& (\w+) (.*)$/.exec(line);
  if (started) {
    background.set(started[1], run(started[2]));
    continue;
  }
  const ended = /^wait (\w+)$/.exec(line);
  if (!line.startsWith('$ ') && !ended) {
    report(number, `not a command: ${line}`);
    continue;
  }
  const expected = [];
  let code = 0;
  while (i + 1 < lines.length && lines[i + 1].trim() && !/^(\$ |& |#|upstream |until |wait |restart )/.test(lines[i + 1])) {
    const next = lines[++i];
    if (next.startsWith('? ')) code = Number(next.slice(2));
    else expected.push(next);
  }
  const result = ended ? await background.get(ended[1]) : await run(line.slice(2));
  const matches = (e, got) =>
    e.startsWith('~ ') ? new RegExp(e.slice(2)).test(got ?? '') : e === got;
  const ok =
    result.lines.length === expected.length &&
    expected.every((e, k) => matches(e, result.lines[k]));
  if (!ok)
    report(
      number,
      `${line}\n  expected:\n${expected.map((l) => '    ' + l).join('\n')}\n  found:\n${result.lines.map((l) => '    ' + l).join('\n')}`,
    );
  if (result.code !== code) report(number, `${line}: exit code ${result.code}, expected ${code}`);
}
for (const pid of groups) process.kill(-pid, 'SIGKILL');
await upstream?.close();
await server.remove();
if (failures) {
  console.log(server.output());
  process.exit(1);
}
console.log(`ok ${file}${transport ? ` (${transport})` : ''}`);
