//// no semicolons
const a = await tools.github.meta.get_zen({})
const b = await tools.github.meta.get_zen()
return [a, b]
//// everything on one line
const { items } = await tools.github.search.code({ q: 'addClass repo:jquery/jquery' }); return items.map(i => i.path)
//// a chain over several lines
const names = await tools
  .github
  .repos
  .list_for_org({ org: 'acme' })
  .then((list) => list.map((r) => r.name));
return names;
//// comments between
return await tools /* all of them */.github // the source
  .repos.get(/* where */ { owner: 'acme', /* what */ repo: 'app' });
//// optional chaining on tools
return await tools?.github?.repos?.get({ owner: 'acme', repo: 'app' });
//// an optional call
return await tools.github.repos.get?.({ owner: 'acme', repo: 'app' });
//// non-null assertions
return (await tools!.github!.repos!.get({ owner: 'acme', repo: 'app' }))!.id;
//// casts everywhere
const r = (await tools.github.repos.get({ owner: 'acme' as string, repo: <any>'app' })) as unknown as { id: number };
return r.id;
//// satisfies
const input = { owner: 'acme', repo: 'app' } satisfies { owner: string; repo: string };
return await tools.github.repos.get(input);
//// a comma operator and a ternary
const which = (0, true) ? 'app' : 'lib';
return await (which === 'app' ? tools.github.repos.get({ owner: 'acme', repo: 'app' }) : tools.github.meta.root({}));
//// logical assignment
let repo = null;
repo ??= await tools.github.repos.get({ owner: 'acme', repo: 'app' });
return repo.id;
//// a switch
const i = await tools.github.issues.get({ owner: 'acme', repo: 'app', issue_number: 1 });
switch (i.state_reason) {
  case 'completed': return 'done';
  case 'not_planned': return 'dropped';
  default: return i.state;
}
//// a tagged template
const sql = (s: TemplateStringsArray, ...v: unknown[]) => s.join('?') + v.length;
return sql`zen: ${await tools.github.meta.get_zen({})}`;
//// words that look like tools, in texts and comments
// tools.github.repos.explode({ really: true })
const text = 'use tools.github.repos.explode({})' + `or tools.github.nothing`;
return { text, id: (await tools.github.repos.get({ owner: 'acme', repo: 'app' })).id };
//// a property named tools
const config = { tools: ['a', 'b'] };
return { n: config.tools.length, zen: await tools.github.meta.get_zen({}) };
//// regular expressions with quotes
const clean = (s: string) => s.replace(/['"`]/g, '').replace(/\/\*.*?\*\//g, '') / 1 || s;
return clean(await tools.github.meta.get_zen({}));
//// letters from elsewhere
const größe = (await tools.github.repos.get({ owner: 'acme', repo: 'app' })).size;
return { größe, '日本': await tools.github.meta.get_zen({}), emoji: '🎉' };
//// a function declared below its use
return await late();
async function late() {
  return await tools.github.meta.get_zen({});
}
//// nested functions and shadowed names
const owner = 'acme';
const f = async (owner: string) => {
  const repo = 'app';
  return (await tools.github.repos.get({ owner, repo })).owner.login;
};
return (await f(owner)) === owner;
//// void and then return
void tools.github.meta.get_zen({});
return 1;
//// an object of results
return {
  repo: await tools.github.repos.get({ owner: 'acme', repo: 'app' }),
  ...(await tools.github.repos.get_views({ owner: 'acme', repo: 'app' })),
  at: new Date().toISOString(),
};
//// sets, maps and typed arrays
const logins = new Set((await tools.github.repos.list_contributors({ owner: 'acme', repo: 'app' })).map((c) => c.login));
const sizes = new Uint16Array([...logins].map((l) => l.length));
return { logins: [...logins], longest: Math.max(...sizes) };
//// JSON of the answer and back
const copy = JSON.parse(JSON.stringify(await tools.github.repos.get({ owner: 'acme', repo: 'app' })));
return copy.whatever?.deep?.down ?? copy.id;
//// structuredClone, crypto, URL
const r = structuredClone(await tools.github.repos.get({ owner: 'acme', repo: 'app' }));
return { id: crypto.randomUUID(), host: new URL(r.html_url).host, query: new URLSearchParams({ a: '1' }).toString() };
//// console of all levels
console.log('start');
const list = await tools.github.repos.list_public({});
console.debug({ list }), console.info(list.length), console.warn('w', 1), console.error(new Error('e'));
return list.length;
//// text encoders and timers
const bytes = new TextEncoder().encode(await tools.github.meta.get_octocat({}));
const timer = setInterval(() => {}, 1000);
clearInterval(timer);
queueMicrotask(() => {});
return new TextDecoder().decode(bytes).length;
//// intl of numbers and dates
const r = await tools.github.repos.get({ owner: 'acme', repo: 'app' });
return [r.stargazers_count.toLocaleString('en-US'), new Date(r.pushed_at).toLocaleDateString('en-US')];
//// bigint
const r = await tools.github.repos.get({ owner: 'acme', repo: 'app' });
return String(BigInt(r.id) * 2n);
//// a symbol and an iterator
const it = (await tools.github.repos.list_tags({ owner: 'acme', repo: 'app' }))[Symbol.iterator]();
return it.next().value?.name;
//// object helpers
const r = await tools.github.repos.get({ owner: 'acme', repo: 'app' });
return Object.keys(r).filter((k) => k.endsWith('_url') && typeof r[k] === 'string').length;
//// delete and in
const r = await tools.github.repos.get({ owner: 'acme', repo: 'app' });
delete r.permissions;
return 'owner' in r && !('permissions' in r);
//// findLast, at, toSorted, with
const tags = (await tools.github.repos.list_tags({ owner: 'acme', repo: 'app' })).toSorted((a, b) => a.name.localeCompare(b.name));
return [tags.at(-1)?.name, tags.findLast((t) => t.name.startsWith('v'))?.name];
//// Array.fromAsync
return (await Array.fromAsync([1, 2], (n) => tools.github.issues.get({ owner: 'acme', repo: 'app', issue_number: n }))).length;
//// using a weak reference
const ref = new WeakRef(await tools.github.repos.get({ owner: 'acme', repo: 'app' }));
return ref.deref()?.full_name;
