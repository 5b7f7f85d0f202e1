//// optional inputs left out
return (await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app' })).length;
//// optional inputs given
return (await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', milestone: '*', assignee: 'ada', labels: 'bug,docs', sort: 'updated', direction: 'asc', per_page: 10, page: 2 })).length;
//// an input in a variable
const input = { owner: 'acme', repo: 'app', state: 'closed' };
return (await tools.github.issues.list_for_repo(input)).length;
//// an input as const
const input = { owner: 'acme', repo: 'app', state: 'closed' } as const;
return (await tools.github.issues.list_for_repo(input)).length;
//// a variable text as an enum
let state = 'open';
if (Math.random() > 2) state = 'closed';
return (await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', state })).length;
//// texts of a loop as an enum
const out = {};
for (const state of ['open', 'closed', 'all']) {
  out[state] = (await tools.github.pulls.list({ owner: 'acme', repo: 'app', state })).length;
}
return out;
//// a function's text as an enum
const order = (newest: boolean) => (newest ? 'desc' : 'asc');
const how: string = order(true);
return (await tools.github.pulls.list({ owner: 'acme', repo: 'app', direction: how })).length;
//// spread of a shared part
const where = { owner: 'acme', repo: 'app' };
const issue = await tools.github.issues.get({ ...where, issue_number: 5 });
const comments = await tools.github.issues.list_comments({ ...where, issue_number: issue.number });
return comments.length;
//// an object filled later
const args = {};
args.owner = 'acme';
args.repo = 'app';
return (await tools.github.repos.get(args)).id;
//// an object filled later, with any
const args: any = { owner: 'acme' };
args['repo'] = 'app';
return (await tools.github.repos.get(args)).id;
//// a record of anything
const args: Record<string, unknown> = { owner: 'acme', repo: 'app' };
return (await tools.github.repos.get(args)).id;
//// a record of texts
const args: Record<string, string> = { owner: 'acme', repo: 'app' };
return (await tools.github.repos.get(args)).id;
//// parsed JSON
const args = JSON.parse('{"owner":"acme","repo":"app"}');
return (await tools.github.repos.get(args)).id;
//// built by fromEntries
const args = Object.fromEntries([['owner', 'acme'], ['repo', 'app']]);
return (await tools.github.repos.get(args)).id;
//// an object of type object
const args: object = { owner: 'acme', repo: 'app' };
return (await tools.github.repos.get(args)).id;
//// assigned together
const args = Object.assign({ owner: 'acme' }, { repo: 'app' });
return (await tools.github.repos.get(args)).id;
//// a spread of something empty, filled before
const more = {};
more.repo = 'app';
return (await tools.github.repos.get({ owner: 'acme', ...more })).id;
//// undefined where nothing is wanted
const label: string | undefined = undefined;
return (await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', labels: label, page: undefined })).length;
//// conditional members
const mine = true;
return (await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', ...(mine ? { creator: 'ada' } : {}) })).length;
//// conditional members with and
const onlyBugs = false;
return (await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', ...(onlyBugs && { labels: 'bug' }) })).length;
//// a Date as time
const since = new Date('2026-01-01');
return (await tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app', since })).length;
//// a number from text
const n = Number('12');
return (await tools.github.issues.get({ owner: 'acme', repo: 'app', issue_number: n })).title;
//// parts of an address
const [owner, repo] = 'acme/app'.split('/');
return (await tools.github.repos.get({ owner, repo })).full_name;
//// a match of a regular expression
const m = /^https:\/\/github\.com\/(?<owner>[^/]+)\/(?<repo>[^/]+)$/.exec('https://github.com/acme/app');
return (await tools.github.repos.get({ owner: m.groups.owner, repo: m.groups.repo })).full_name;
//// parts of a URL
const [, owner, repo] = new URL('https://github.com/acme/app').pathname.split('/');
return (await tools.github.repos.get({ owner, repo })).full_name;
//// the bucketed form
return (await tools.github.issues.list_for_repo({ path: { owner: 'acme', repo: 'app' }, query: { state: 'open' } })).length;
//// the bucketed form with a body
return await tools.github.git.create_ref({ path: { owner: 'acme', repo: 'app' }, body: { ref: 'refs/heads/x', sha: 'abc' } });
//// quoted keys
return (await tools.github.repos.get({ 'owner': 'acme', "repo": 'app' })).id;
//// computed keys
const key = 'owner';
return (await tools.github.repos.get({ [key]: 'acme', repo: 'app' })).id;
//// a getter in the input
const input = { get owner() { return 'acme'; }, repo: 'app' };
return (await tools.github.repos.get(input)).id;
