// A real HTTP upstream for tests: routes by "METHOD /path", remembers every request it saw.
import http from 'node:http';

// handlers: { 'GET /items': (request, response) => value | void }. A returned value is sent as JSON.
export async function startUpstream(handlers = {}) {
  const seen = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url, 'http://upstream');
    const entry = {
      method: request.method,
      path: url.pathname,
      query: url.search,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    seen.push(entry);
    const handler = handlers[`${request.method} ${url.pathname}`] ?? handlers['*'];
    if (!handler) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"message":"Not Found"}');
      return;
    }
    const value = await handler(entry, response);
    if (value === undefined) {
      if (!response.writableEnded && !response.headersSent) response.end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    handlers,
    requests: (method, path) =>
      seen.filter((r) => r.method === method && (!path || r.path === path)),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

// Answers every operation of an OpenAPI document with its own example of a good answer.
export function exampleAnswers(document) {
  const follow = (value) => {
    if (!value?.$ref) return value;
    const keys = value.$ref.slice(2).split('/');
    return follow(keys.reduce((at, key) => at[key.replaceAll('~1', '/')], document));
  };
  const routes = Object.entries(document.paths).map(([template, item]) => ({
    item,
    literal: template.split('/').filter((part) => !part.includes('{')).length,
    pattern: new RegExp(`^${template.replace(/\./g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }));
  routes.sort((a, b) => b.literal - a.literal);
  return (request, response) => {
    const route = routes.find(
      (r) => r.pattern.test(request.path) && r.item[request.method.toLowerCase()],
    );
    const operation = route?.item[request.method.toLowerCase()];
    const [status, answer] = Object.entries(operation?.responses ?? { 404: {} }).find(
      ([code]) => code < '300',
    ) ?? ['404', {}];
    const content = follow(answer).content ?? {};
    const [type, media] = Object.entries(content)[0] ?? [];
    response.writeHead(Number(status), type ? { 'content-type': type } : {});
    let example = follow(Object.values(media?.examples ?? {})[0])?.value ?? media?.example;
    if (example?.$ref) example = follow(example).value;
    response.end(/json/.test(type) ? JSON.stringify(example ?? null) : example && String(example));
  };
}

// A small OpenAPI document whose operations the handlers above can serve.
export function itemsDocument(url) {
  const item = {
    type: 'object',
    required: ['name'],
    properties: {
      id: { type: 'integer' },
      name: { type: 'string' },
      tags: { type: 'array', items: { type: 'string' } },
    },
  };
  const json = (schema) => ({ 'application/json': { schema } });
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } };
  return {
    openapi: '3.0.3',
    info: { title: 'Items', version: '1.0.0' },
    servers: [{ url }],
    components: {
      schemas: { Item: item },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
    paths: {
      '/items': {
        get: {
          operationId: 'items/list',
          tags: ['items'],
          summary: 'List items',
          parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer' } }],
          responses: {
            200: {
              description: 'ok',
              content: json({ type: 'array', items: { $ref: '#/components/schemas/Item' } }),
            },
          },
        },
        post: {
          operationId: 'items/create',
          tags: ['items'],
          summary: 'Create an item',
          requestBody: { required: true, content: json({ $ref: '#/components/schemas/Item' }) },
          responses: {
            201: { description: 'created', content: json({ $ref: '#/components/schemas/Item' }) },
          },
        },
      },
      '/items/{id}': {
        get: {
          operationId: 'items/get',
          tags: ['items'],
          summary: 'Get an item',
          parameters: [id],
          responses: {
            200: { description: 'ok', content: json({ $ref: '#/components/schemas/Item' }) },
          },
        },
        delete: {
          operationId: 'items/delete',
          tags: ['items'],
          summary: 'Delete an item',
          parameters: [id],
          responses: { 204: { description: 'gone' } },
        },
      },
    },
  };
}
