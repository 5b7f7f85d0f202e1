const where = { owner: 'acme', repo: 'app' };
const issue = await tools.github.issues.get({ ...where, issue_number: 'seven' });
await tools.github.issues.update({ ...where, issue_number: issue.number, state: 'close' });
return issue.title;
