// Starts the real server for a test: port 0, its own data directory, everything gone afterwards.
import { spawn, execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const binary = process.env.EXECUTOR_BINARY ?? join(root, 'build', 'release', 'executor');

// The environment of a child: nothing of the machine's own Executor settings leaks in.
export function cleanEnv(extra = {}) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([k]) => !/^(EXECUTOR_|MCP_|DANGEROUSLY_)/.test(k)),
  );
  return { ...env, ...extra };
}

export function tempDir(name = 'executor-test-') {
  return mkdtempSync(join(tmpdir(), name));
}

// Servers of a test that failed before it removed them: they must not keep the process alive.
const started = new Set();
if (process.env.NODE_TEST_CONTEXT) {
  const { after } = await import('node:test');
  after(() => {
    for (const child of started)
      if (child.exitCode === null && !child.signalCode) child.kill('SIGKILL');
  });
}

// Resolves when the ready file is written; rejects with the server's output when it ends before.
export async function startExecutor({ dataDir, env = {}, args = [], listen = '127.0.0.1:0' } = {}) {
  const own = dataDir === undefined;
  dataDir ??= tempDir();
  const readyFile = join(dataDir, 'ready.json');
  rmSync(readyFile, { force: true });
  const child = spawn(binary, ['serve', '--listen', listen, '--ready-file', readyFile, ...args], {
    cwd: dataDir,
    env: cleanEnv({ EXECUTOR_DATA_DIR: dataDir, EXECUTOR_LOG_LEVEL: 'warn', ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  let output = '';
  child.stdout.on('data', (d) => (output += d));
  child.stderr.on('data', (d) => (output += d));
  const exited = new Promise((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  for (const end = Date.now() + 30_000; ; await sleep(10)) {
    if (existsSync(readyFile)) break;
    const ended = child.exitCode !== null || child.signalCode;
    if (!ended && Date.now() < end) continue;
    child.kill('SIGKILL');
    if (own) rmSync(dataDir, { recursive: true, force: true });
    throw new Error(
      `server ${ended ? 'ended before it was ready' : 'was not ready in 30 s'}:\n${output}`,
    );
  }
  const ready = JSON.parse(readFileSync(readyFile, 'utf8'));
  const server = {
    ...ready,
    dataDir,
    child,
    exited,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && !child.signalCode) child.kill(signal);
      return await exited;
    },
    async remove() {
      await server.stop('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return server;
}

// REST with the owner token (or another); returns { status, headers, body }.
export async function api(
  server,
  method,
  path,
  body,
  { token = server.ownerToken, headers = {}, raw } = {},
) {
  const response = await fetch(server.url + path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body !== undefined || raw !== undefined ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
  });
  const text = await response.text();
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = text;
  }
  return { status: response.status, headers: response.headers, body: parsed };
}

// One JSON-RPC POST to the MCP endpoint; returns { status, headers, body }.
export async function rpc(
  server,
  message,
  { key = server.apiKey, headers = {}, url = server.mcpUrl } = {},
) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(key ? { 'x-api-key': key } : {}),
      ...headers,
    },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  });
  const text = await response.text();
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    body = text;
  }
  return { status: response.status, headers: response.headers, body };
}

let nextId = 1;
// Runs a program over MCP without a session; returns the tools/call result.
export async function execute(server, code, more = {}) {
  const { body } = await rpc(server, {
    jsonrpc: '2.0',
    id: nextId++,
    method: 'tools/call',
    params: { name: 'execute', arguments: { code, ...more } },
  });
  if (body.error) throw new Error(JSON.stringify(body.error));
  return body.result;
}

export async function callTool(server, name, args) {
  const { body } = await rpc(server, {
    jsonrpc: '2.0',
    id: nextId++,
    method: 'tools/call',
    params: { name, arguments: args },
  });
  if (body.error) throw new Error(JSON.stringify(body.error));
  return body.result;
}

// A CLI command against a data directory; never throws; returns { code, stdout, stderr }.
export function cli(dataDir, args, { input, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = execFile(
      binary,
      args,
      {
        cwd: dataDir,
        env: cleanEnv({ EXECUTOR_DATA_DIR: dataDir, NO_COLOR: '1', ...env }),
        maxBuffer: 64 << 20,
      },
      (error, stdout, stderr) => resolve({ code: error ? (error.code ?? 1) : 0, stdout, stderr }),
    );
    // A command that refuses its arguments ends without reading.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}

export async function until(condition, what, ms = 20_000) {
  for (const end = Date.now() + ms; ; await sleep(20)) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`timed out waiting until ${what}`);
  }
}
