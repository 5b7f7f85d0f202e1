// The official conformance suite at revision 2026-07-28, with the tasks extension. A scenario may
// fail only if tests/conformance/not-applicable.json says why it cannot apply. Below: our own
// assertions where a scenario is content with an error or with a warning.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import {
  judge,
  notApplicable,
  runConformance,
  startConformanceServer,
} from '../support/conformance.mjs';
import { modernClient, tasksExtension } from '../support/mcp-wire.mjs';

const suite = '@modelcontextprotocol/conformance';
const revision = '2026-07-28';
let server;
before(async () => {
  const { url, stop } = await startConformanceServer();
  server = { mcpUrl: url, apiKey: 'none', stop };
});
after(async () => {
  await server.stop();
});

const report = (name, { failures, counts }) => {
  console.log(
    `conformance ${name} ${revision}: ${counts.scenarios} scenarios, ${counts.checks} checks passed, ` +
      `${counts.excepted} cannot apply, ${counts.warnings} warnings`,
  );
  assert.deepEqual(failures, []);
  assert.ok(counts.scenarios > 0);
};

test(`${suite} at ${revision}`, async () => {
  const results = await runConformance(suite, server.mcpUrl, revision);
  report(suite, judge(results, notApplicable(revision)));
});

const extension = [
  'tasks-lifecycle',
  'tasks-capability-negotiation',
  'tasks-wire-fields',
  'tasks-request-state-removal',
  'tasks-mrtr-input',
  'tasks-request-headers',
  'tasks-dispatch-and-envelope',
  'tasks-status-notifications',
  'tasks-required-task-error',
  'tasks-mrtr-composition',
];
test(`${suite}, the tasks extension`, async () => {
  const results = new Map();
  for (const scenario of extension) {
    const one = await runConformance(suite, server.mcpUrl, revision, scenario);
    for (const [name, checks] of one) results.set(name, checks);
  }
  assert.equal(results.size, extension.length);
  report(`${suite} tasks`, judge(results, notApplicable(revision)));
});

const elicitation = { elicitation: { form: {} } };
const call = (capabilities, name, args = {}, more = {}) =>
  modernClient(server, { capabilities }).send('tools/call', { name, arguments: args, ...more });

test('a tampered state is refused for being tampered with, and the true one is not', async () => {
  const name = 'test_input_required_result_tampered_state';
  const { result } = await call(elicitation, name);
  const answers = { inputResponses: { confirm: { action: 'accept', content: { ok: true } } } };
  const { requestState } = result;
  const bad = await call(elicitation, name, {}, { ...answers, requestState: `${requestState}x` });
  assert.equal(bad.error.code, -32602);
  assert.match(bad.error.message, /requestState/);
  const good = await call(elicitation, name, {}, { ...answers, requestState });
  assert.equal(good.result.content[0].text, 'state-ok');
});

test('who declared no sampling is told so, and who did is served', async () => {
  const bare = await call({}, 'test_missing_capability');
  assert.deepEqual([bare.status, bare.error.code], [400, -32021]);
  assert.deepEqual(bare.error.data.requiredCapabilities, { sampling: {} });
  const able = await call({ sampling: {} }, 'test_missing_capability');
  assert.equal(able.result.content[0].text, 'sampling is declared');
});

test('answers that are missing or ill-formed are asked for again', async () => {
  const name = 'test_input_required_result_elicitation';
  for (const user_name of [12345, null, {}, { action: 'cancel' }]) {
    const { result } = await call(elicitation, name, {}, { inputResponses: { user_name } });
    assert.equal(result.resultType, 'input_required', JSON.stringify(user_name));
  }
  const { error } = await call(elicitation, name, {}, { inputResponses: [] });
  assert.equal(error.code, -32602);
});

test('arguments in headers: what does not match never reaches the tool', async () => {
  const client = modernClient(server);
  const params = { name: 'test_custom_headers', arguments: { region: 'eu', count: 3 } };
  const send = (headers) => client.send('tools/call', params, { headers });
  const good = await send({ 'mcp-param-region': 'eu', 'mcp-param-count': '3.0' });
  assert.equal(good.result.content[0].text, '{"region":"eu","count":3}');
  for (const headers of [{}, { 'mcp-param-region': 'us', 'mcp-param-count': '3' }]) {
    const bad = await send(headers);
    assert.deepEqual([bad.status, bad.error.code], [400, -32020]);
  }
});

test('a job that needs tasks says so to who did not declare them', async () => {
  const bare = await call({}, 'failing_job');
  assert.ok(bare.error.data.requiredCapabilities.extensions[tasksExtension]);
  const task = await call({ extensions: { [tasksExtension]: {} } }, 'failing_job');
  assert.equal(task.result.resultType, 'task');
});
