// Looks at every MCP message that goes over the wire in a test and validates it against the schema
// of its revision. The schemas stand beside a full checkout and are not part of it; without them
// nothing is validated, and `recorder.available` says so.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isCreateTaskResultV2, isDetailedTaskV2 } from '@modelcontextprotocol/ext-tasks/core/v2';
import { root } from './executor.mjs';

const folder = process.env.EXECUTOR_CORPORA
  ? join(process.env.EXECUTOR_CORPORA, 'mcp-schema')
  : join(root, '..', 'shared', 'corpora', 'mcp-schema');

const resultTypes = {
  initialize: 'InitializeResult',
  ping: 'EmptyResult',
  'server/discover': 'DiscoverResult',
  'tools/list': 'ListToolsResult',
  'tools/call': 'CallToolResult',
  'prompts/list': 'ListPromptsResult',
  'prompts/get': 'GetPromptResult',
  'resources/list': 'ListResourcesResult',
  'resources/templates/list': 'ListResourceTemplatesResult',
  'resources/read': 'ReadResourceResult',
  'completion/complete': 'CompleteResult',
  'logging/setLevel': 'EmptyResult',
  'subscriptions/listen': 'SubscriptionsListenResult',
};

// The tasks extension has no schema file: this is SEP-2663's TypeScript as JSON Schema, and beside
// it what the official tasks package recognizes.
const recognized = { 'tasks/Created': isCreateTaskResultV2, 'tasks/Detailed': isDetailedTaskV2 };
const taskBase = {
  type: 'object',
  required: ['taskId', 'status', 'createdAt', 'lastUpdatedAt', 'ttlMs'],
  properties: {
    taskId: { type: 'string', minLength: 16 },
    status: { enum: ['working', 'input_required', 'completed', 'cancelled', 'failed'] },
    statusMessage: { type: 'string' },
    createdAt: { type: 'string', format: 'date-time' },
    lastUpdatedAt: { type: 'string', format: 'date-time' },
    ttlMs: { type: ['integer', 'null'] },
    pollIntervalMs: { type: 'integer' },
    requestState: false,
    ttl: false,
    task: false,
  },
};
const needs = (status, member) => ({
  if: { properties: { status: { const: status } } },
  then: { required: [member] },
  else: { properties: { [member]: false } },
});
const tasks = {
  Created: { allOf: [taskBase, { properties: { resultType: { const: 'task' }, result: false } }] },
  Detailed: {
    allOf: [
      taskBase,
      needs('input_required', 'inputRequests'),
      needs('completed', 'result'),
      needs('failed', 'error'),
    ],
  },
  Acknowledged: {
    type: 'object',
    required: ['resultType'],
    properties: { resultType: { const: 'complete' }, _meta: {} },
    additionalProperties: false,
  },
};

const loaded = new Map();
// name → validator of one revision.
function schemaOf(version) {
  if (loaded.has(version)) return loaded.get(version);
  const file = join(folder, `${version}.json`);
  if (!existsSync(file)) return undefined;
  const schema = JSON.parse(readFileSync(file));
  const key = schema.$defs ? '$defs' : 'definitions';
  const ajv = new (schema.$defs ? Ajv2020 : Ajv)({ strict: false });
  addFormats(ajv);
  ajv.addSchema(schema, 'mcp');
  for (const [name, one] of Object.entries(tasks)) ajv.addSchema(one, `tasks/${name}`);
  const found = (name) =>
    name.startsWith('tasks/') ? ajv.getSchema(name) : ajv.getSchema(`mcp#/${key}/${name}`);
  const entry = { found, text: (errors) => ajv.errorsText(errors) };
  loaded.set(version, entry);
  return entry;
}

// The name of the type that a result must have.
function resultType(method, result) {
  if (result?.resultType === 'input_required') return 'InputRequiredResult';
  if (result?.resultType === 'task') return 'tasks/Created';
  if (method === 'tasks/get') return 'tasks/Detailed';
  if (method === 'tasks/update' || method === 'tasks/cancel') return 'tasks/Acknowledged';
  return resultTypes[method];
}

export class WireRecorder {
  available = existsSync(join(folder, '2026-07-28.json'));
  failures = [];
  seen = new Map(); // type → how many were valid
  #pending = [];

  // A fetch for clients: what it sends and what comes back is looked at.
  fetch = async (url, init = {}) => {
    const sent = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    const version = sent?.params?._meta?.['io.modelcontextprotocol/protocolVersion'];
    const response = await fetch(url, init);
    if (sent && version) {
      this.#pending.push(this.#readResponse(version, sent, response.clone()).catch(() => {}));
    }
    return response;
  };

  // One message from the server; `request` is what it may answer.
  fromServer(version, message, request) {
    const name = message.method
      ? message.method === 'notifications/tasks'
        ? 'tasks/Detailed'
        : 'ServerNotification'
      : message.error
        ? 'JSONRPCErrorResponse'
        : 'JSONRPCResultResponse';
    if (name === 'tasks/Detailed') return this.#check(version, name, message.params, message);
    this.#check(version, name, message, message);
    if (!message.result) return;
    this.#check(version, resultType(request.method, message.result), message.result, message);
    if (request.method === 'tasks/get' && message.result.result) {
      this.#check(version, 'CallToolResult', message.result.result, message);
    }
    assert.deepEqual(message.id, request.id, 'an answer has the id of its request');
  }

  // All that was recorded was valid; the types that must have been among it.
  async assertValid(...types) {
    await Promise.all(this.#pending);
    assert.deepEqual(this.failures, []);
    if (!this.available) return;
    for (const type of types) assert.ok(this.seen.get(type), `a ${type} was seen`);
  }

  // Event by event, because a client may close a stream as soon as it has its answer.
  async #readResponse(version, sent, response) {
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
      const text = await response.text();
      if (text) this.fromServer(version, JSON.parse(text), sent);
      return;
    }
    let pending = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const events = (pending + chunk).split('\n\n');
      pending = events.pop();
      for (const event of events) {
        const data = event.split('\n').filter((line) => line.startsWith('data:'));
        if (!data.length) continue;
        this.fromServer(version, JSON.parse(data.map((l) => l.slice(5)).join('')), sent);
      }
    }
  }

  #check(version, name, value, message) {
    const schema = schemaOf(version);
    if (!schema) return;
    const valid = name && schema.found(name);
    if (!valid) return this.failures.push(`no type ${name} for ${JSON.stringify(message)}`);
    if (recognized[name] && !recognized[name](value)) {
      return this.failures.push(`no ${name}: ${JSON.stringify(message).slice(0, 500)}`);
    }
    if (valid(value)) this.seen.set(name, (this.seen.get(name) ?? 0) + 1);
    else {
      this.failures.push(
        `${name}: ${schema.text(valid.errors)} in ${JSON.stringify(message).slice(0, 500)}`,
      );
    }
  }
}

const prefix = 'io.modelcontextprotocol/';
export const tasksExtension = `${prefix}tasks`;

// A modern client without a library: one POST per request, every message recorded. Options:
// capabilities, key, query (of the endpoint's URL).
export function modernClient(
  server,
  { capabilities = {}, key = server.apiKey, query = '', recorder = new WireRecorder() } = {},
) {
  let id = 0;
  const meta = {
    [`${prefix}protocolVersion`]: '2026-07-28',
    [`${prefix}clientInfo`]: { name: 'modern-client', version: '1' },
    [`${prefix}clientCapabilities`]: capabilities,
  };
  // The raw response: for streams and statuses.
  const post = (method, params = {}, { signal, headers = {} } = {}) => {
    const name = params.name ?? params.uri ?? (method.startsWith('tasks/') && params.taskId);
    const body = {
      jsonrpc: '2.0',
      id: ++id,
      method,
      params: { ...params, _meta: { ...meta, ...params._meta } },
    };
    return recorder.fetch(server.mcpUrl + query, {
      method: 'POST',
      signal,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'x-api-key': key,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        ...(name ? { 'mcp-name': name } : {}),
        ...headers,
      },
      body: JSON.stringify(body),
    });
  };
  const send = async (method, params, options) => {
    const response = await post(method, params, options);
    return { status: response.status, ...(await response.json()) };
  };
  // The result, or an exception with the error.
  const request = async (method, params, options) => {
    const { result, error } = await send(method, params, options);
    if (error) throw Object.assign(new Error(error.message), error);
    return result;
  };
  const execute = (code, more = {}) =>
    request('tools/call', { name: 'execute', arguments: { code }, ...more });
  return { post, send, request, execute, recorder };
}
