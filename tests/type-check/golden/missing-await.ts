const me = tools.github.users.get_authenticated({});
const repo = tools.github.repos.get({ owner: 'acme', repo: 'app' });
return await tools.github.issues.list_for_repo({ owner: me, repo: 'app' });
