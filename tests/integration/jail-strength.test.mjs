// Where a kernel or a container forbids a part of the jail, `doctor` and the start say exactly which,
// and EXECUTOR_SANDBOX_REQUIRE=full refuses to start (issue 3, Shows 2). The places are made with the
// system's own tools; src/sandbox/jail-strength-test.cc looks at more of them from inside.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { binary, cleanEnv, execute, tempDir, until } from '../support/executor.mjs';

const kNobody = 65534;
const asIs = (command) => command;
const as = (id) => (command) =>
  ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups', '--', ...command];
// The limit is of the new namespace alone: the machine's own is not touched.
const withoutUserNamespaces = (command) => {
  const script = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"';
  return ['unshare', '--user', '--map-root-user', 'sh', '-c', script, 'sh', ...command];
};
// A root of its own, made of the directories of this one.
const inChroot = (command) => {
  const script = `set -e; root=$(mktemp -d); mount -t tmpfs none "$root"
for d in usr lib lib64 bin etc proc dev tmp; do
  if [ -L /$d ]; then cp -P /$d "$root/$d"; continue; fi
  [ -d /$d ] || continue; mkdir "$root/$d"; mount --rbind /$d "$root/$d"
done
mkdir -p "$root$0"; mount --bind "$0" "$root$0"; exec chroot "$root" "$@"`;
  const folder = join(binary, '..');
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, folder, ...command];
};

const places = [
  { name: 'as the user of the tests', wrap: asIs, owner: process.getuid() },
  { name: 'as nobody', wrap: as(kNobody), owner: kNobody },
  { name: 'as an ordinary user', wrap: as(1000), owner: 1000 },
  { name: 'without user namespaces', wrap: withoutUserNamespaces, owner: process.getuid() },
  { name: 'inside a chroot', wrap: inChroot, owner: process.getuid() },
];

const environment = (dataDir, more = {}) =>
  cleanEnv({ EXECUTOR_DATA_DIR: dataDir, NO_COLOR: '1', EXECUTOR_TYPE_CHECK: 'off', ...more });

function run(place, dataDir, args, more) {
  const [command, ...rest] = place.wrap([binary, ...args]);
  const env = environment(dataDir, more);
  return spawnSync(command, rest, { env, cwd: dataDir, encoding: 'utf8', timeout: 60_000 });
}

// A place that this machine cannot be: no such tool, or no right to use it.
function possible(place) {
  const [command, ...rest] = place.wrap(['true']);
  return spawnSync(command, rest).status === 0;
}

function partsOf(doctor) {
  const parts = new Map();
  for (const line of doctor.stdout.split('\n')) {
    const found = /^(ok|FAIL)\s+jail: ([^:]+): (.*)$/.exec(line);
    if (found) parts.set(found[2], found[1] === 'ok' ? '' : found[3]);
  }
  return parts;
}

async function startAndRun(place, dataDir) {
  const ready = join(dataDir, 'ready.json');
  const args = ['serve', '--listen', '127.0.0.1:0', '--ready-file', ready];
  const [command, ...rest] = place.wrap([binary, ...args]);
  const child = spawn(command, rest, {
    env: environment(dataDir, { EXECUTOR_LOG_LEVEL: 'warn' }),
    cwd: dataDir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (d) => (output += d));
  child.stderr.on('data', (d) => (output += d));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  try {
    await until(() => existsSync(ready) || child.exitCode !== null, 'the server is ready');
    assert.equal(child.exitCode, null, output);
    const server = JSON.parse(readFileSync(ready, 'utf8'));
    const result = await execute(server, 'return 40 + 2');
    assert.equal(result.structuredContent.result, 42, JSON.stringify(result));
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
  return output;
}

for (const place of places) {
  test(`${place.name}: doctor, start and \`full\` agree on what is missing`, async (t) => {
    if (!possible(place)) return t.skip(`this machine cannot be used ${place.name}`);
    const dataDir = tempDir();
    mkdirSync(join(dataDir, 'data'));
    for (const dir of [dataDir, join(dataDir, 'data')]) {
      chmodSync(dir, 0o700);
      if (process.getuid() === 0) chownSync(dir, place.owner, place.owner);
    }
    t.after(() => rmSync(dataDir, { recursive: true, force: true }));
    const doctor = run(place, dataDir, ['doctor']);
    const parts = partsOf(doctor);
    assert.equal(parts.size, 15, doctor.stdout + doctor.stderr);
    assert.match(doctor.stdout, /^ok\s+sandbox: a program runs/m);
    const missing = [...parts].filter(([, reason]) => reason !== '');
    for (const name of ['seccomp', 'no new privileges', 'capabilities', 'resource limits'])
      assert.equal(parts.get(name), '', `${name} remains in every place`);

    const log = await startAndRun(place, dataDir);
    for (const [name] of parts) {
      const said = log.includes(`jail_part_missing`) && log.includes(name);
      assert.equal(said, missing.some(([m]) => m === name), `${name} in the log:\n${log}`);
    }

    if (missing.length === 0) return;
    const full = run(place, dataDir, ['serve', '--listen', '127.0.0.1:0'], {
      EXECUTOR_SANDBOX_REQUIRE: 'full',
    });
    assert.notEqual(full.status, 0);
    for (const [name, reason] of missing) assert.ok(full.stderr.includes(`${name}: ${reason}`), full.stderr);
    const required = run(place, dataDir, ['doctor'], { EXECUTOR_SANDBOX_REQUIRE: 'full' });
    assert.notEqual(required.status, 0, 'doctor fails where full is required');
  });
}
