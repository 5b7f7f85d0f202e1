//// all pages by a counter
const all = [];
for (let page = 1; ; page++) {
  const some = await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', per_page: 100, page });
  all.push(...some);
  if (some.length < 100) break;
}
return all.length;
//// while there is more
let page = 1, more = true;
const names: string[] = [];
while (more) {
  const batch = await tools.github.repos.list_for_org({ org: 'acme', page, per_page: 100 });
  names.push(...batch.map((r) => r.name));
  more = batch.length === 100;
  page += 1;
}
return names;
//// do while with a cursor of one's own
let since = 0;
const seen = new Set<number>();
do {
  const users = await tools.github.users.list({ since, per_page: 30 });
  if (users.length < 30) break;
  for (const u of users) seen.add(u.id);
  since = users[users.length - 1].id;
} while (seen.size < 90);
return [...seen];
//// for of over repositories
const counts: Record<string, number> = {};
for (const repo of await tools.github.repos.list_for_user({ username: 'ada' })) {
  const issues = await tools.github.issues.list_for_repo({ owner: repo.owner.login, repo: repo.name });
  counts[repo.name] = issues.length;
}
return counts;
//// for in over an object
const wanted = { app: 'open', lib: 'closed' } as const;
const out = {};
for (const repo in wanted) {
  out[repo] = (await tools.github.pulls.list({ owner: 'acme', repo, state: wanted[repo] })).length;
}
return out;
//// forEach with then
const found = [];
await Promise.all(['a', 'b'].map((q) => tools.github.search.users({ q }).then((r) => found.push(r.total_count))));
return found;
//// Promise.all over numbers
const titles = await Promise.all([1, 2, 3].map((issue_number) => tools.github.issues.get({ owner: 'acme', repo: 'app', issue_number })));
return titles.map((i) => i.title);
//// Promise.all of different calls
const [repo, issues, pulls] = await Promise.all([
  tools.github.repos.get({ owner: 'acme', repo: 'app' }),
  tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app' }),
  tools.github.pulls.list({ owner: 'acme', repo: 'app' }),
]);
return { stars: repo.stargazers_count, issues: issues.length, pulls: pulls.length };
//// Promise.allSettled
const settled = await Promise.allSettled(['main', 'nope'].map((branch) => tools.github.repos.get_branch({ owner: 'acme', repo: 'app', branch })));
return settled.map((s) => (s.status === 'fulfilled' ? s.value.commit.sha : String(s.reason)));
//// Promise.race with a timer
const slow = new Promise((resolve) => setTimeout(() => resolve('late'), 1000));
return await Promise.race([tools.github.meta.get_zen(), slow]);
//// Promise.any
return await Promise.any(['main', 'master'].map((ref) => tools.github.repos.get_commit({ owner: 'acme', repo: 'app', ref }))).then((c) => c.sha);
//// reduce with await
const total = await ['app', 'lib'].reduce(async (sum, repo) => {
  const r = await tools.github.repos.get({ owner: 'acme', repo });
  return (await sum) + r.size;
}, Promise.resolve(0));
return total;
//// an async generator
async function* issues() {
  for (let page = 1; page < 4; page++) {
    const batch = await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', page });
    if (!batch.length) return;
    yield* batch;
  }
}
const titles = [];
for await (const issue of issues()) titles.push(issue.title);
return titles;
//// grouped with a map
const byState = new Map<string, number[]>();
for (const i of await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', state: 'all' })) {
  byState.set(i.state, [...(byState.get(i.state) ?? []), i.number]);
}
return Object.fromEntries(byState);
//// Object.groupBy
const list = await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', state: 'all' });
return Object.groupBy(list, (i) => i.user.login);
//// labelled continue
outer: for (const repo of ['app', 'lib']) {
  for (const b of await tools.github.repos.list_branches({ owner: 'acme', repo })) {
    if (b.protected) continue outer;
  }
  return repo;
}
return null;
//// chunks of ten
const numbers = Array.from({ length: 25 }, (_, i) => i + 1);
const results = [];
for (let i = 0; i < numbers.length; i += 10) {
  results.push(...(await Promise.all(numbers.slice(i, i + 10).map((n) => tools.github.issues.get({ owner: 'acme', repo: 'app', issue_number: n })))));
}
return results.length;
//// filter, sort, slice
return (await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', sort: 'comments', direction: 'desc' }))
  .filter((i) => !i.pull_request)
  .sort((a, b) => b.comments - a.comments)
  .slice(0, 5)
  .map((i) => `#${i.number} ${i.title}`);
//// flatMap of a search
const { items } = await tools.github.search.issues_and_pull_requests({ q: 'repo:acme/app is:open' });
return items.flatMap((i) => i.labels.map((l) => l.name));
//// dates as filters
const week = new Date(Date.now() - 7 * 864e5).toISOString();
const recent = await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', since: week });
return recent.filter((i) => new Date(i.created_at) > new Date(week)).length;
