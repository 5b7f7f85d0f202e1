// Loads the body of POST /run as a program in an isolate of its own and answers with its result.
import { WorkerEntrypoint } from 'cloudflare:workers';

// All that a program gets of the outside.
export class Tools extends WorkerEntrypoint {
  async call(path) {
    const response = await this.env.UPSTREAM.fetch('http://upstream/' + path);
    return response.text();
  }
}

const harness = `
import { WorkerEntrypoint } from 'cloudflare:workers';
import program from './program.js';
export default class extends WorkerEntrypoint {
  async run() {
    const call = async (path) => JSON.parse(await this.env.TOOLS.call(path));
    try { return { ok: true, result: JSON.stringify(await program(call)) ?? 'null' }; }
    catch (e) { return { ok: false, error: String(e) }; }
  }
}`;

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== '/run') return new Response('ok');
    const code = await request.text();
    const program = env.LOADER.load({
      compatibilityDate: '2026-11-01',
      mainModule: 'main.js',
      modules: { 'main.js': harness, 'program.js': `export default async (call) => {${code}\n}` },
      env: { TOOLS: ctx.exports.Tools({ props: {} }) },
      globalOutbound: null,
    });
    return Response.json(await program.getEntrypoint().run());
  },
};
