//// a source by name
const ns = 'github';
return await tools[ns].meta.get_zen({});
//// a whole path by names
const path = ['github', 'repos', 'get'];
const f = path.reduce((t, k) => t[k], tools);
return await f({ owner: 'acme', repo: 'app' });
//// a group by a literal key
return await tools.github['repos'].get({ owner: 'acme', repo: 'app' });
//// a tool by a literal key
return await tools.github.repos['get']({ owner: 'acme', repo: 'app' });
//// a tool by a computed key
const results = {};
for (const kind of ['issues', 'pulls']) {
  results[kind] = await tools.github[kind][kind === 'issues' ? 'list_for_repo' : 'list']({ owner: 'acme', repo: 'app' });
}
return results;
//// destructured source
const { github } = tools;
return await github.repos.get({ owner: 'acme', repo: 'app' });
//// destructured twice
const { github: { repos, issues } } = tools;
return [await repos.get({ owner: 'acme', repo: 'app' }), await issues.list({})];
//// destructured group with another name
const { repos: r } = tools.github;
return (await r.list_languages({ owner: 'acme', repo: 'app' }));
//// a group in a variable
const gh = tools.github.issues;
return await gh.list_for_repo({ owner: 'acme', repo: 'app' });
//// the source in a variable
const api = tools.github;
const me = await api.users.get_authenticated({});
return me.login;
//// a tool in a variable
const get = tools.github.repos.get;
return await get({ owner: 'acme', repo: 'app' });
//// a tool as a callback
const inputs = [{ owner: 'acme', repo: 'app' }, { owner: 'acme', repo: 'lib' }];
return await Promise.all(inputs.map((input) => tools.github.repos.get(input)));
//// tools as an argument
const run = async (t, repo) => (await t.github.repos.get({ owner: 'acme', repo })).id;
return await run(tools, 'app');
//// tools as a typed argument
async function star(t: any, repo: string) {
  return await t.github.repos.get({ owner: 'acme', repo });
}
return await star(tools, 'app');
//// tools as a parameter of the same name
const f = async (tools) => await tools.github.meta.get_zen({});
return await f(tools);
//// a table of tools
const table = { repo: tools.github.repos.get, user: tools.github.users.get_by_username };
return [await table.repo({ owner: 'acme', repo: 'app' }), await table.user({ username: 'ada' })];
//// call with apply
return await tools.github.repos.get.call(null, { owner: 'acme', repo: 'app' });
//// typeof tools in a type
type Tools = typeof tools;
const t: Tools = tools;
return await t.github.meta.get_zen({});
//// what discover found
const { bestPath } = await tools.discover({ query: 'list the branches of a repository', namespace: 'github' });
const tool = bestPath.split('.').reduce((t: any, k: string) => t[k], tools as any);
return { bestPath, branches: typeof tool };
//// described tools
const d = await tools.catalog.describe({ path: 'github.issues.create' });
const list = await tools.catalog.tools({ namespace: 'github', limit: 5 });
const spaces = await tools.catalog.namespaces({});
return { signature: d.signature, names: list.tools.map((t) => t.path), count: spaces.total };
