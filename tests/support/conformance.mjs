// Runs the official conformance suite against mcp-conformance-server: the production mcp/ layer with
// the tools, prompts and resources that the scenarios name (D36).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { binary, root } from './executor.mjs';

// { url, stop }; the server ends with its standard input.
export async function startConformanceServer() {
  const child = spawn(join(dirname(binary), 'mcp-conformance-server'), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface(child.stdout), 'line');
  return {
    url,
    async stop() {
      child.stdin.end();
      if (child.exitCode === null && !child.signalCode) await once(child, 'exit');
    },
  };
}

// All scenarios of a package at a revision of the protocol, or one that belongs to an extension:
// Map of name to checks.
export async function runConformance(suite, url, revision, scenario) {
  const which = scenario ? ['--scenario', scenario, '--force'] : ['--suite', 'all'];
  const directory = mkdtempSync(join(tmpdir(), 'conformance-'));
  const program = join(root, 'node_modules', suite, 'dist', 'index.js');
  const child = spawn(
    process.execPath,
    [program, 'server', '--url', url, ...which, '--spec-version', revision, '-o', directory],
    { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stdout.on('data', (d) => (output += d));
  child.stderr.on('data', (d) => (output += d));
  await once(child, 'exit');
  const results = new Map();
  for (const entry of readdirSync(directory)) {
    const scenario = entry.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '');
    results.set(scenario, JSON.parse(readFileSync(join(directory, entry, 'checks.json'), 'utf8')));
  }
  rmSync(directory, { recursive: true, force: true });
  if (results.size === 0) throw new Error(`the suite ran nothing:\n${output}`);
  return results;
}

// The scenarios that cannot apply, with the reason for each.
export function notApplicable(revision) {
  const file = join(root, 'tests', 'conformance', 'not-applicable.json');
  const lists = JSON.parse(readFileSync(file, 'utf8'));
  return new Map(lists.filter((s) => s.revisions.includes(revision)).map((s) => [s.scenario, s.reason]));
}

// What went wrong: failed checks, and scenarios that checked nothing. Warnings are reported too, but
// are no failures: they are about what a server SHOULD do or about the fixture.
export function judge(results, exceptions) {
  const failures = [];
  const counts = { scenarios: 0, checks: 0, warnings: 0, excepted: 0 };
  for (const [scenario, checks] of results) {
    if (exceptions.has(scenario)) {
      counts.excepted++;
      continue;
    }
    const passed = checks.filter((c) => c.status === 'SUCCESS').length;
    const failed = checks.filter((c) => c.status === 'FAILURE');
    for (const c of failed) failures.push(`${scenario}: ${c.id}: ${c.errorMessage ?? c.description}`);
    if (passed === 0 && failed.length === 0) failures.push(`${scenario}: nothing was checked`);
    if (passed > 0 && failed.length === 0) counts.scenarios++;
    counts.checks += passed;
    for (const c of checks.filter((c) => c.status === 'WARNING')) {
      counts.warnings++;
      console.log(`warning: ${scenario}: ${c.id}: ${c.errorMessage ?? c.description}`);
    }
  }
  return { failures, counts };
}
