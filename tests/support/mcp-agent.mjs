// An agent for text scripts: one MCP request by an official client, printed as a person would read it.
//
//   mcp [options] execute CODE      the answer's text; exit 0 completed, 1 refused or failed, 6 waiting
//   mcp [options] resume TASKID
//   mcp tools                       the listed tools, one a line
//   mcp resources                   name, type and size of each
//   mcp read URI                    its text, or how many bytes it has
//
//   --answer ANSWER   declares elicitation and answers each question: approve, deny, deny:REASON,
//                     decline or cancel; prints the question's first line
//   --args JSON       further arguments of execute
//   --links           also prints what else the answer holds: links, pictures, files
//   --give-up MS      withdraws the request after so long
//   --raw             prints structuredContent's status and taskId only
//
// TRANSPORT chooses how: http-old (SDK 1.x, sessions), http-new (client 2.x, 2026-07-28), stdio
// (SDK 1.x through `executor mcp`).
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cleanEnv, binary } from './executor.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    answer: { type: 'string' },
    args: { type: 'string', default: '{}' },
    links: { type: 'boolean' },
    'give-up': { type: 'string' },
    raw: { type: 'boolean' },
  },
});
const [command, subject] = positionals;
const transport = process.env.TRANSPORT ?? 'http-new';
const about = { name: 'script', version: '1' };
const capabilities = values.answer ? { elicitation: {} } : {};

function answer({ params }) {
  console.log(`asked: ${params.message.split('\n')[0]}`);
  const [action, reason] = values.answer.split(/:(.*)/);
  if (action === 'decline' || action === 'cancel') return { action };
  return { action: 'accept', content: { decision: action, ...(reason ? { reason } : {}) } };
}

async function oldClient(channel) {
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
  const { ElicitRequestSchema } = await import('@modelcontextprotocol/sdk/types.js');
  const client = new Client(about, { capabilities });
  if (values.answer) client.setRequestHandler(ElicitRequestSchema, answer);
  await client.connect(await channel());
  return { client, call: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options) };
}

async function newClient() {
  const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
  const client = new Client(about, { capabilities, versionNegotiation: { mode: { pin: '2026-07-28' } } });
  if (values.answer) client.setRequestHandler('elicitation/create', answer);
  await client.connect(
    new StreamableHTTPClientTransport(new URL(process.env.MCP_URL), {
      requestInit: { headers: { 'x-api-key': process.env.API_KEY } },
    }),
  );
  return { client, call: (name, args, options) => client.callTool({ name, arguments: args }, options) };
}

async function connect() {
  if (transport === 'http-new') return newClient();
  if (transport === 'http-old')
    return oldClient(async () => {
      const { StreamableHTTPClientTransport } = await import(
        '@modelcontextprotocol/sdk/client/streamableHttp.js'
      );
      return new StreamableHTTPClientTransport(new URL(process.env.MCP_URL), {
        requestInit: { headers: { 'x-api-key': process.env.API_KEY } },
      });
    });
  if (transport !== 'stdio') throw new Error(`no such transport: ${transport}`);
  return oldClient(async () => {
    const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
    const env = cleanEnv({ EXECUTOR_DATA_DIR: process.env.EXECUTOR_DATA_DIR });
    return new StdioClientTransport({ command: binary, args: ['mcp'], env, stderr: 'ignore' });
  });
}

// What a client shows: the texts, and a line for everything else it was given.
function show(result) {
  if (values.raw) {
    const { status, taskId } = result.structuredContent ?? {};
    console.log(`${status} ${taskId}`);
    return;
  }
  for (const block of result.content) {
    if (block.type === 'text') console.log(block.text);
    else if (values.links) {
      const item = block.resource ?? block;
      console.log(`[${block.type}] ${item.uri ?? ''} ${item.mimeType ?? ''}`.trim());
    }
  }
}

function exitCodeOf(result) {
  if (result.isError) return 1;
  return ['waiting', 'queued', 'running'].includes(result.structuredContent?.status) ? 6 : 0;
}

async function callTool(call, name, args) {
  const options = { timeout: 60_000 };
  if (values['give-up']) options.signal = AbortSignal.timeout(Number(values['give-up']));
  const result = await call(name, args, options);
  show(result);
  return exitCodeOf(result);
}

const { client, call } = await connect();
let code = 0;
try {
  if (command === 'execute')
    code = await callTool(call, 'execute', { code: subject, ...JSON.parse(values.args) });
  else if (command === 'resume') code = await callTool(call, 'resume', { taskId: subject });
  else if (command === 'tools')
    for (const tool of (await client.listTools()).tools) console.log(tool.name);
  else if (command === 'resources')
    for (const r of (await client.listResources()).resources)
      console.log(`${r.name} ${r.mimeType} ${r.size}`);
  else if (command === 'read')
    for (const part of (await client.readResource({ uri: subject })).contents)
      console.log(part.text ?? `${Buffer.from(part.blob, 'base64').length} bytes`);
  else throw new Error(`no such command: ${command}`);
} catch (error) {
  console.log(values['give-up'] ? 'gave up' : `error: ${error.message}`);
  code = 1;
}
// The notification that withdraws a request is on its way.
if (values['give-up']) await sleep(500);
await client.close();
// Not before a pipe has taken all of the output.
process.stdout.write('', () => process.exit(code));
