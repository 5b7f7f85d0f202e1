// The official conformance suite, revisions up to 2025-11-25: the latest stable release and the
// pinned preview of the next one. A scenario may fail only if tests/conformance/not-applicable.json
// says why it cannot apply. Below: our own assertions where a scenario is content with an error.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import {
  judge,
  notApplicable,
  runConformance,
  startConformanceServer,
} from '../support/conformance.mjs';

let server;
before(async () => {
  server = await startConformanceServer();
});
after(async () => {
  await server.stop();
});

const runs = [
  ['conformance-stable', '2025-06-18'],
  ['conformance-stable', '2025-11-25'],
  ['@modelcontextprotocol/conformance', '2025-03-26'],
  ['@modelcontextprotocol/conformance', '2025-06-18'],
  ['@modelcontextprotocol/conformance', '2025-11-25'],
];
for (const [suite, revision] of runs) {
  test(`${suite} at ${revision}`, async () => {
    const exceptions = notApplicable(revision);
    const { failures, counts } = judge(await runConformance(suite, server.url, revision), exceptions);
    console.log(
      `conformance ${suite} ${revision}: ${counts.scenarios} scenarios, ${counts.checks} checks passed, ` +
        `${counts.excepted} cannot apply, ${counts.warnings} warnings`,
    );
    assert.deepEqual(failures, []);
    assert.ok(counts.scenarios > 0);
  });
}

async function connect(capabilities = {}) {
  const client = new Client({ name: 'own-assertions', version: '1' }, { capabilities });
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
  return client;
}
const call = async (client, name, args = {}) => {
  const result = await client.callTool({ name, arguments: args });
  return result.content[0].text;
};

test('sampling really reaches the model and comes back', async () => {
  const client = await connect({ sampling: {} });
  client.setRequestHandler(CreateMessageRequestSchema, async (request) => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: `heard: ${request.params.messages[0].content.text}` },
  }));
  assert.equal(await call(client, 'test_sampling', { prompt: 'hello' }), 'LLM response: heard: hello');
  await client.close();
});

test('elicitation really reaches the user and comes back', async () => {
  const client = await connect({ elicitation: {} });
  client.setRequestHandler(ElicitRequestSchema, async (request) => {
    assert.equal(request.params.message, 'who?');
    return { action: 'accept', content: { response: 'me' } };
  });
  assert.equal(
    await call(client, 'test_elicitation', { message: 'who?' }),
    'User response: action=accept, content={"response":"me"}',
  );
  await client.close();
});

test('who declared nothing is asked nothing and told so', async () => {
  const client = await connect();
  assert.match(await call(client, 'test_elicitation', { message: 'who?' }), /not supported/);
  assert.match(await call(client, 'test_sampling', { prompt: 'x' }), /not supported/);
  await client.close();
});

test('a failing tool is a result with isError, not an error of the protocol', async () => {
  const client = await connect();
  const result = await client.callTool({ name: 'test_error_handling', arguments: {} });
  assert.equal(result.isError, true);
  assert.match(result.content[0].text, /intentionally/);
  await client.close();
});

test('log messages come in order and only from the level that was set', async () => {
  const client = await connect();
  const lines = [];
  client.setNotificationHandler(LoggingMessageNotificationSchema, (n) => lines.push(n.params.data));
  await client.setLoggingLevel('error');
  await client.callTool({ name: 'test_tool_with_logging', arguments: {} });
  assert.deepEqual(lines, []);
  await client.setLoggingLevel('info');
  await client.callTool({ name: 'test_tool_with_logging', arguments: {} });
  assert.deepEqual(lines, [
    'Tool execution started',
    'Tool processing data',
    'Tool execution completed',
  ]);
  await client.close();
});

test('progress rises and is over when the answer comes', async () => {
  const client = await connect();
  const seen = [];
  await client.callTool({ name: 'test_tool_with_progress', arguments: {} }, undefined, {
    onprogress: (p) => seen.push(p.progress),
  });
  assert.deepEqual(seen, [0, 50, 100]);
  await client.close();
});

test('an unknown resource cannot be read or subscribed to', async () => {
  const client = await connect();
  await assert.rejects(client.readResource({ uri: 'none://x' }), /not found/);
  await assert.rejects(client.subscribeResource({ uri: 'none://x' }), /not found/);
  await client.close();
});

test('a stream closed on purpose gives its answer to who comes back', async () => {
  const client = await connect();
  assert.match(await call(client, 'test_reconnection'), /completed/);
  await client.close();
});
