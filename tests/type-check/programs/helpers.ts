//// a helper with typed parameters
async function countOf(owner: string, repo: string): Promise<number> {
  const list = await tools.github.issues.list_for_repo({ owner, repo });
  return list.length;
}
return await countOf('acme', 'app');
//// a helper without types
async function show(n) {
  const i = await tools.github.issues.get({ owner: 'acme', repo: 'app', issue_number: n });
  return i.title;
}
return [await show(1), await show(2)];
//// an arrow in a constant
const get = (repo: string) => tools.github.repos.get({ owner: 'acme', repo });
return (await get('app')).description;
//// a generic pager
async function pages<T>(fetchPage: (page: number) => Promise<T[]>): Promise<T[]> {
  const out: T[] = [];
  for (let p = 1; p <= 10; p++) {
    const some = await fetchPage(p);
    out.push(...some);
    if (some.length === 0) break;
  }
  return out;
}
const commits = await pages((page) => tools.github.repos.list_commits({ owner: 'acme', repo: 'app', page }));
return commits.map((c) => c.commit.message);
//// a generic over the key
function pluck<T, K extends keyof T>(items: T[], key: K): T[K][] {
  return items.map((item) => item[key]);
}
return pluck(await tools.github.repos.list_tags({ owner: 'acme', repo: 'app' }), 'name');
//// retry around a call
async function retry<T>(f: () => Promise<T>, times = 3): Promise<T> {
  for (let i = 0; ; i++) {
    try {
      return await f();
    } catch (e) {
      if (i + 1 >= times) throw e;
    }
  }
}
return await retry(() => tools.github.repos.get({ owner: 'acme', repo: 'app' }));
//// a class that keeps the repository
class Repo {
  constructor(owner, name) {
    this.owner = owner;
    this.name = name;
  }
  owner: string;
  name: string;
  issues() {
    return tools.github.issues.list_for_repo({ owner: this.owner, repo: this.name });
  }
}
return (await new Repo('acme', 'app').issues()).length;
//// a class with private fields and getters
class Counter {
  #n = 0;
  get n() { return this.#n; }
  async add(repo: string) {
    this.#n += (await tools.github.pulls.list({ owner: 'acme', repo })).length;
    return this;
  }
}
return (await (await new Counter().add('app')).add('lib')).n;
//// an interface of one's own
interface Row { id: number; text: string }
const rows: Row[] = (await tools.github.gists.list({})).map((g) => ({ id: g.files ? Object.keys(g.files).length : 0, text: g.description }));
return rows;
//// a type from the answer
const list = await tools.github.repos.list_releases({ owner: 'acme', repo: 'app' });
type Release = (typeof list)[number];
const name = (r: Release) => r.name ?? r.tag_name;
return list.map(name);
//// a discriminated union of one's own
type Step = { kind: 'ok'; sha: string } | { kind: 'bad'; why: string };
async function step(ref: string): Promise<Step> {
  try {
    return { kind: 'ok', sha: (await tools.github.repos.get_commit({ owner: 'acme', repo: 'app', ref })).sha };
  } catch (e) {
    return { kind: 'bad', why: String(e) };
  }
}
const s = await step('main');
return s.kind === 'ok' ? s.sha : s.why;
//// a memo
const memo = new Map<string, Promise<{ login: string }>>();
const user = (username: string) => {
  if (!memo.has(username)) memo.set(username, tools.github.users.get_by_username({ username }));
  return memo.get(username);
};
return [(await user('ada')).login, (await user('ada')).login];
//// recursion over a tree
const tree = await tools.github.git.get_tree({ owner: 'acme', repo: 'app', tree_sha: 'main', recursive: '1' });
const depth = (p: string): number => (p.includes('/') ? 1 + depth(p.slice(p.indexOf('/') + 1)) : 1);
return Math.max(...tree.tree.map((t) => depth(t.path)));
//// an immediately called function
return await (async () => {
  const a = await tools.github.licenses.get_all_commonly_used({});
  return a.map((l) => l.key);
})();
//// currying
const list = (owner: string) => (repo: string) => (state: 'open' | 'closed') => tools.github.issues.list_for_repo({ owner, repo, state });
return (await list('acme')('app')('closed')).length;
//// an enum of one's own
enum State { Open = 'open', Closed = 'closed' }
return (await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', state: State.Closed })).length;
//// overloads
function pick(x: string): string;
function pick(x: number): number;
function pick(x: any) { return x; }
const issue = await tools.github.issues.get({ owner: pick('acme'), repo: 'app', issue_number: pick(4) });
return pick(issue.title);
//// assertion functions and guards
const isOpen = (i: { state: string }): boolean => i.state === 'open';
function must<T>(v: T | undefined | null): T {
  if (v == null) throw new Error('missing');
  return v;
}
const i = must((await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app' })).find(isOpen));
return i.number;
//// default and rest parameters
async function labels(repo = 'app', ...names: string[]) {
  const all = await tools.github.issues.list_labels_for_repo({ owner: 'acme', repo });
  return all.filter((l) => names.length === 0 || names.includes(l.name)).map((l) => l.color);
}
return await labels(undefined, 'bug', 'docs');
//// plain JavaScript with var and arguments
var count = function () {
  return arguments.length;
};
var r = await tools.github.gitignore.get_all_templates({});
return count.apply(null, r);
