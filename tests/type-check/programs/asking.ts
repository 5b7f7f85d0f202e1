//// search, then read each
const found = await tools.github.search.issues_and_pull_requests({ q: 'is:pr is:open author:ada', per_page: 5 });
return await Promise.all(found.items.map(async (i) => {
  const [owner, repo] = i.repository_url.split('/').slice(-2);
  const pr = await tools.github.pulls.get({ owner, repo, pull_number: i.number });
  return { title: i.title, mergeable: pr.mergeable, changed: pr.changed_files };
}));
//// reviewers who are late
const prs = await tools.github.pulls.list({ owner: 'acme', repo: 'app', state: 'open' });
const late = {};
for (const pr of prs) {
  for (const who of pr.requested_reviewers ?? []) (late[who.login] ??= []).push(pr.number);
}
return late;
//// files of a pull request by kind
const files = await tools.github.pulls.list_files({ owner: 'acme', repo: 'app', pull_number: 8, per_page: 100 });
const kinds = files.reduce((acc, f) => {
  const kind = f.filename.split('.').pop() || 'none';
  acc[kind] = (acc[kind] || 0) + f.additions;
  return acc;
}, {} as Record<string, number>);
return kinds;
//// failed jobs of the last run
const { workflow_runs: [last] } = await tools.github.actions.list_workflow_runs_for_repo({ owner: 'acme', repo: 'app', status: 'failure', per_page: 1 });
if (!last) return 'all green';
const { jobs } = await tools.github.actions.list_jobs_for_workflow_run({ owner: 'acme', repo: 'app', run_id: last.id });
return jobs.filter((j) => j.conclusion === 'failure').map((j) => ({ name: j.name, steps: j.steps?.filter((s) => s.conclusion !== 'success').map((s) => s.name) }));
//// who wrote the most
const stats = await tools.github.repos.get_contributors_stats({ owner: 'acme', repo: 'app' });
return stats.map((s) => [s.author?.login, s.weeks.reduce((n, w) => n + w.a, 0)]).sort((x, y) => Number(y[1]) - Number(x[1]))[0];
//// commits between two tags
const cmp = await tools.github.repos.compare_commits_with_basehead({ owner: 'acme', repo: 'app', basehead: 'v1...v2' });
return cmp.commits.map((c) => c.commit.message.split('\n')[0]);
//// a changelog in markdown
const merged = (await tools.github.pulls.list({ owner: 'acme', repo: 'app', state: 'closed' })).filter((p) => p.merged_at);
return merged.map((p) => `- ${p.title} (#${p.number}) by @${p.user?.login ?? 'ghost'}`).join('\n');
//// the README as text
const readme = await tools.github.repos.get_readme({ owner: 'acme', repo: 'app' });
return atob(readme.content).slice(0, 200);
//// rendered markdown
return await tools.github.markdown.render({ text: '# hi', mode: 'gfm', context: 'acme/app' });
//// open alerts by severity
const alerts = await tools.github.dependabot.list_alerts_for_repo({ owner: 'acme', repo: 'app', state: 'open' });
return alerts.map((a) => a.security_advisory.severity).reduce((n, s) => ({ ...n, [s]: (n[s] ?? 0) + 1 }), {} as any);
//// members of a team who starred
const stars = await tools.github.activity.list_stargazers_for_repo({ owner: 'acme', repo: 'app' });
const members = await tools.github.orgs.list_members({ org: 'acme' });
const logins = new Set(stars.map((s) => s.login ?? s.user?.login));
return members.filter((m) => logins.has(m.login)).map((m) => m.login);
//// events of one kind
const events = await tools.github.activity.list_repo_events({ owner: 'acme', repo: 'app' });
return events.filter((e) => e.type === 'PushEvent').map((e) => e.payload.commits?.length ?? 0);
//// notifications, unread first
const ns = await tools.github.activity.list_notifications_for_authenticated_user({ all: true, participating: false });
return ns.sort((a, b) => Number(b.unread) - Number(a.unread)).map((n) => n.subject.title);
//// average time to close
const closed = await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', state: 'closed', per_page: 100 });
const ms = closed.map((i) => +new Date(i.closed_at) - +new Date(i.created_at));
return Math.round(ms.reduce((a, b) => a + b, 0) / (ms.length || 1) / 36e5);
//// timeline of an issue
const timeline = await tools.github.issues.list_events_for_timeline({ owner: 'acme', repo: 'app', issue_number: 1 });
return timeline.map((t) => t.event + ' ' + (t.created_at ?? ''));
//// branches without protection
const branches = await tools.github.repos.list_branches({ owner: 'acme', repo: 'app', protected: false });
return branches.filter((b) => !/^(main|release)/.test(b.name)).map(({ name }) => name);
//// two sources of truth compared
const [a, b] = await Promise.all(['app', 'lib'].map((repo) => tools.github.repos.list_languages({ owner: 'acme', repo })));
const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
return [...keys].filter((k) => !(k in a) || !(k in b));
//// users and their followers, two deep
const me = await tools.github.users.get_authenticated({});
const friends = await tools.github.users.list_followers_for_user({ username: me.login, per_page: 5 });
return Object.fromEntries(await Promise.all(friends.map(async (f) => [f.login, (await tools.github.users.list_followers_for_user({ username: f.login })).length])));
//// the licence of each repository
const repos = await tools.github.repos.list_for_authenticated_user({ visibility: 'public', affiliation: 'owner' });
return repos.map((r) => ({ repo: r.full_name, licence: r.license ? r.license.key : null }));
//// results of the check runs of a commit
const { check_runs } = await tools.github.checks.list_for_ref({ owner: 'acme', repo: 'app', ref: 'main' });
return check_runs.every((c) => c.conclusion === 'success' || c.conclusion === 'skipped');
//// gists with their files' sizes
const gists = await tools.github.gists.list_public({ per_page: 5 });
return gists.map((g) => Object.values(g.files).reduce((n, f) => n + (f.size ?? 0), 0));
//// the newest of all releases
const releases = await tools.github.repos.list_releases({ owner: 'acme', repo: 'app' });
const newest = releases.filter((r) => !r.draft && !r.prerelease).sort((a, b) => b.published_at.localeCompare(a.published_at))[0];
return newest && { tag: newest.tag_name, downloads: newest.assets.map((a) => a.download_count).reduce((x, y) => x + y, 0) };
//// what can be done here
const spaces = await tools.catalog.namespaces({});
const tools_ = await tools.discover({ query: 'merge a pull request', limit: 3 });
return { spaces: spaces.namespaces.map((n) => n.name), first: tools_.results[0]?.path };
//// a table of contents of the tree
const { tree, truncated } = await tools.github.git.get_tree({ owner: 'acme', repo: 'app', tree_sha: 'main', recursive: 'true' });
return { truncated, dirs: tree.filter((t) => t.type === 'tree').map((t) => t.path).sort() };
//// a report of several parts
const report = { generated: new Date().toISOString(), sections: [] as { title: string; lines: string[] }[] };
const issues = await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app' });
report.sections.push({ title: 'Issues', lines: issues.map((i) => i.title) });
const commits = await tools.github.repos.list_commits({ owner: 'acme', repo: 'app', since: '2026-01-01T00:00:00Z' });
report.sections.push({ title: 'Commits', lines: commits.map((c) => `${c.sha.slice(0, 7)} ${c.commit.author?.name}`) });
return report;
