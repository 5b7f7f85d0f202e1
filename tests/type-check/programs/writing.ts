//// create an issue
const issue = await tools.github.issues.create({ owner: 'acme', repo: 'app', title: 'Crash on start', body: 'It crashes.', labels: ['bug'], assignees: ['ada'] });
return issue.html_url;
//// labels of an issue copied to another
const a = await tools.github.issues.get({ owner: 'acme', repo: 'app', issue_number: 1 });
return await tools.github.issues.create({ owner: 'acme', repo: 'lib', title: a.title, body: a.body, labels: a.labels });
//// labels as objects
return await tools.github.issues.create({ owner: 'acme', repo: 'app', title: 'x', labels: [{ name: 'bug', color: 'ff0000' }, 'docs'] });
//// close what is stale
const old = await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', state: 'open', sort: 'updated', direction: 'asc' });
for (const i of old.slice(0, 3)) {
  await tools.github.issues.create_comment({ owner: 'acme', repo: 'app', issue_number: i.number, body: 'Closing as stale.' });
  await tools.github.issues.update({ owner: 'acme', repo: 'app', issue_number: i.number, state: 'closed', state_reason: 'not_planned' });
}
return old.length;
//// null to clear a field
return await tools.github.issues.update({ owner: 'acme', repo: 'app', issue_number: 3, milestone: null, body: null });
//// a pull request
const pr = await tools.github.pulls.create({ owner: 'acme', repo: 'app', head: 'feature', base: 'main', title: 'Feature', draft: true });
await tools.github.pulls.request_reviewers({ owner: 'acme', repo: 'app', pull_number: pr.number, reviewers: ['ada'] });
return pr.number;
//// a review with comments
return await tools.github.pulls.create_review({
  owner: 'acme', repo: 'app', pull_number: 4, event: 'COMMENT', body: 'Nearly',
  comments: [{ path: 'src/a.ts', line: 3, body: 'Why?' }, { path: 'src/b.ts', position: 1, body: 'No.' }],
});
//// merge by a method in a variable
const method = ['merge', 'squash', 'rebase'][1];
return await tools.github.pulls.merge({ owner: 'acme', repo: 'app', pull_number: 4, merge_method: method });
//// a file with content in base64
return await tools.github.repos.create_or_update_file_contents({
  owner: 'acme', repo: 'app', path: 'docs/a.md', message: 'Add a', content: btoa('# A'), branch: 'main',
});
//// a file updated by its sha
const file = await tools.github.repos.get_content({ owner: 'acme', repo: 'app', path: 'README.md' });
const text = atob(file.content.replace(/\n/g, ''));
return await tools.github.repos.create_or_update_file_contents({
  owner: 'acme', repo: 'app', path: file.path, message: 'Fix', content: btoa(text + '!'), sha: file.sha,
});
//// a folder's files
const entries = await tools.github.repos.get_content({ owner: 'acme', repo: 'app', path: 'src' });
return Array.isArray(entries) ? entries.map((e) => e.name) : [entries.name];
//// blobs, a tree, a commit, a branch
const where = { owner: 'acme', repo: 'app' };
const head = await tools.github.git.get_ref({ ...where, ref: 'heads/main' });
const blob = await tools.github.git.create_blob({ ...where, content: 'hello', encoding: 'utf-8' });
const tree = await tools.github.git.create_tree({ ...where, base_tree: head.object.sha, tree: [{ path: 'a.txt', mode: '100644', type: 'blob', sha: blob.sha }] });
const commit = await tools.github.git.create_commit({ ...where, message: 'Add a', tree: tree.sha, parents: [head.object.sha] });
return await tools.github.git.update_ref({ ...where, ref: 'heads/main', sha: commit.sha, force: false });
//// tree entries built by map
const files = { 'a.txt': 'A', 'b.txt': 'B' };
const tree = Object.entries(files).map(([path, content]) => ({ path, content, mode: '100644', type: 'blob' }));
return (await tools.github.git.create_tree({ owner: 'acme', repo: 'app', tree })).sha;
//// a branch from another
const main = await tools.github.repos.get_branch({ owner: 'acme', repo: 'app', branch: 'main' });
return await tools.github.git.create_ref({ owner: 'acme', repo: 'app', ref: 'refs/heads/next', sha: main.commit.sha });
//// a release with notes
const notes = await tools.github.repos.generate_release_notes({ owner: 'acme', repo: 'app', tag_name: 'v2' });
return await tools.github.repos.create_release({ owner: 'acme', repo: 'app', tag_name: 'v2', name: notes.name, body: notes.body, draft: true, make_latest: 'false' });
//// a gist of two files
return await tools.github.gists.create({ description: 'two', public: false, files: { 'a.txt': { content: 'A' }, 'b.txt': { content: 'B' } } });
//// a gist of computed files
const files: Record<string, { content: string }> = {};
for (const n of [1, 2, 3]) files[`part-${n}.txt`] = { content: String(n) };
return (await tools.github.gists.create({ files })).id;
//// a file of a gist renamed
return await tools.github.gists.update({ gist_id: 'abc', files: { 'old.txt': { filename: 'new.txt' } } });
//// topics replaced
const t = await tools.github.repos.get_all_topics({ owner: 'acme', repo: 'app' });
return await tools.github.repos.replace_all_topics({ owner: 'acme', repo: 'app', names: [...new Set([...t.names, 'cpp'])] });
//// a workflow with inputs
return await tools.github.actions.create_workflow_dispatch({ owner: 'acme', repo: 'app', workflow_id: 'ci.yml', ref: 'main', inputs: { debug: 'true', level: 3 } });
//// a workflow by its number
return await tools.github.actions.create_workflow_dispatch({ owner: 'acme', repo: 'app', workflow_id: 1234, ref: 'main' });
//// a reaction
return (await tools.github.reactions.create_for_issue({ owner: 'acme', repo: 'app', issue_number: 1, content: '+1' })).id;
//// several reactions from a list
const kinds = ['heart', 'rocket'];
return await Promise.all(kinds.map((content) => tools.github.reactions.create_for_issue({ owner: 'acme', repo: 'app', issue_number: 1, content })));
//// a check run with output and annotations
return await tools.github.checks.create({
  owner: 'acme', repo: 'app', name: 'lint', head_sha: 'abc', status: 'completed', conclusion: 'failure',
  output: { title: 'Lint', summary: '1 problem', annotations: [{ path: 'a.ts', start_line: 1, end_line: 1, annotation_level: 'warning', message: 'no' }] },
});
//// a commit status
return (await tools.github.repos.create_commit_status({ owner: 'acme', repo: 'app', sha: 'abc', state: 'success', context: 'ci/x', target_url: 'https://ci.example/1' })).id;
//// a label created unless it is there
const all = await tools.github.issues.list_labels_for_repo({ owner: 'acme', repo: 'app' });
if (!all.some((l) => l.name === 'triage')) {
  await tools.github.issues.create_label({ owner: 'acme', repo: 'app', name: 'triage', color: 'ededed' });
}
return all.length;
//// a milestone due in a week
return await tools.github.issues.create_milestone({ owner: 'acme', repo: 'app', title: 'Next', due_on: new Date(Date.now() + 6048e5) });
//// a webhook
return await tools.github.repos.create_webhook({ owner: 'acme', repo: 'app', events: ['push', 'issues'], config: { url: 'https://hook.example', content_type: 'json' }, active: true });
//// an answer without content
const gone = await tools.github.issues.delete_comment({ owner: 'acme', repo: 'app', comment_id: 5 });
return gone ?? 'deleted';
//// a star, which answers nothing
await tools.github.activity.star_repo_for_authenticated_user({ owner: 'acme', repo: 'app' });
return 'starred';
//// branch protection with nulls
return await tools.github.repos.update_branch_protection({
  owner: 'acme', repo: 'app', branch: 'main', required_status_checks: { strict: true, contexts: ['ci'] }, enforce_admins: null,
  required_pull_request_reviews: { required_approving_review_count: 1 }, restrictions: null,
});
//// an idempotency key
return await tools.github.issues.create({ owner: 'acme', repo: 'app', title: 'once' }, { idempotencyKey: 'once-1' });
//// a connection by name
return await tools.github.issues.create({ owner: 'acme', repo: 'app', title: 'x' }, { connection: 'work' });
//// lock with a reason
return await tools.github.issues.lock({ owner: 'acme', repo: 'app', issue_number: 2, lock_reason: 'spam' });
//// assignees from the answer
const people = await tools.github.issues.list_assignees({ owner: 'acme', repo: 'app' });
return await tools.github.issues.add_assignees({ owner: 'acme', repo: 'app', issue_number: 1, assignees: people.map((p) => p.login) });
