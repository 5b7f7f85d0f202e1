//// the issues of a repository
return await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app' });
//// only some fields of each
const issues = await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', state: 'open', per_page: 50 });
return issues.map((issue) => ({ number: issue.number, title: issue.title, by: issue.user.login }));
//// names of labels, which may be texts or objects
const issue = await tools.github.issues.get({ owner: 'acme', repo: 'app', issue_number: 7 });
return issue.labels.map((label) => (typeof label === 'string' ? label : label.name));
//// one field
return (await tools.github.repos.get({ owner: 'acme', repo: 'app' })).default_branch;
//// optional chaining over what may be missing
const repo = await tools.github.repos.get({ owner: 'acme', repo: 'app' });
return { license: repo.license?.spdx_id ?? 'none', parent: repo.parent?.full_name ?? null };
//// without input
return await tools.github.meta.get_zen();
//// with an empty input
const limits = await tools.github.rate_limit.get({});
return limits.resources.core.remaining;
//// destructured answer
const { total_count, items } = await tools.github.search.repos({ q: 'language:c++ stars:>1000', sort: 'stars', order: 'desc' });
return { total_count, first: items[0]?.full_name };
//// destructured with names and defaults
const { name: title, body: notes = '', assets = [] } = await tools.github.repos.get_latest_release({ owner: 'acme', repo: 'app' });
return { title, notes, files: assets.length };
//// array destructuring
const [latest, ...older] = await tools.github.repos.list_tags({ owner: 'acme', repo: 'app' });
return { latest: latest?.name, older: older.map((t) => t.name) };
//// a field the document does not know
const user = await tools.github.users.get_authenticated({});
return (user as any).internal_flags ?? user.login;
//// a field the document does not know, without a cast
const pull = await tools.github.pulls.get({ owner: 'acme', repo: 'app', pull_number: 3 });
return pull.merge_queue_entry ?? pull.mergeable_state;
//// nested fields nobody documented
const run = await tools.github.actions.get_workflow_run({ owner: 'acme', repo: 'app', run_id: 9 });
return run.billable?.ubuntu?.total_ms;
//// undocumented field passed on as input
const commit = await tools.github.repos.get_commit({ owner: 'acme', repo: 'app', ref: 'main' });
return await tools.github.repos.get_commit({ owner: 'acme', repo: 'app', ref: commit.firstParentSha ?? commit.sha });
//// template text
const r = await tools.github.repos.get({ owner: 'acme', repo: 'app' });
return `${r.full_name} has ${r.stargazers_count} stars and ${r.open_issues_count} open issues`;
//// a call inside a template
return `The zen: ${await tools.github.meta.get_zen()} (${(await tools.github.emojis.get())['+1']})`;
//// a map from languages to bytes
const languages = await tools.github.repos.list_languages({ owner: 'acme', repo: 'app' });
return Object.entries(languages).sort((a, b) => b[1] - a[1]).map(([name]) => name);
//// headers of the answer
const full = await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app' }, { response: 'full' });
return { status: full.status, link: full.headers.link, count: full.body.length };
//// the full answer by a variable
const options = { response: 'full', timeoutMs: 5000 };
const answer = await tools.github.repos.get({ owner: 'acme', repo: 'app' }, options);
return answer.headers['x-ratelimit-remaining'];
//// options beside an empty input
return (await tools.github.meta.root({}, { timeoutMs: 10_000 })).current_user_url;
