// Runs a text script (.xt): a rule of the product as commands and what they must print.
//
//   # comment
//   upstream items                 starts the items upstream ($UPSTREAM is its URL, $DOCUMENT its document)
//   $ executor source list         a command, run by sh with `executor` = the binary under test
//   text                           expected lines of its standard output and error, in order and whole
//   ~ regular expression           … or a line that matches
//   ? 1                            expected exit code (default 0)
//   upstream saw POST /items 1     how many such requests the upstream has had
//
// Standard error is merged into standard output as the command writes it.
//
// A server runs for the script's whole length. In output, ids (task_…, approval_…) are shown as
// task_ID and the server's and the upstream's addresses as $URL and $UPSTREAM.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binary, cleanEnv, startExecutor } from './executor.mjs';
import { itemsDocument, startUpstream } from './upstream.mjs';

const file = process.argv[2];
const server = await startExecutor();
let upstream;
const bin = join(server.dataDir, 'bin');
mkdirSync(bin);
symlinkSync(binary, join(bin, 'executor'));
const env = cleanEnv({
  EXECUTOR_DATA_DIR: server.dataDir,
  PATH: `${bin}:${process.env.PATH}`,
  NO_COLOR: '1',
  URL: server.url,
  MCP_URL: server.mcpUrl,
});
let failures = 0;

function mask(text) {
  let out = text.replaceAll(server.url, '$URL');
  if (upstream) out = out.replaceAll(upstream.url, '$UPSTREAM');
  return out.replace(
    /\b(task|approval|src|conn|pol|key|call|ws|acct|org|req)_[0-9a-f]{8}-[0-9a-f-]{27}/g,
    '$1_ID',
  );
}

function run(command) {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', `{ ${command}\n} 2>&1`], { cwd: server.dataDir, env });
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
  if (!line.startsWith('$ ')) {
    report(number, `not a command: ${line}`);
    continue;
  }
  const expected = [];
  let code = 0;
  while (i + 1 < lines.length && lines[i + 1].trim() && !/^(\$ |#|upstream )/.test(lines[i + 1])) {
    const next = lines[++i];
    if (next.startsWith('? ')) code = Number(next.slice(2));
    else expected.push(next);
  }
  const result = await run(line.slice(2));
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
await upstream?.close();
await server.remove();
if (failures) {
  console.log(server.output());
  process.exit(1);
}
console.log(`ok ${file}`);
