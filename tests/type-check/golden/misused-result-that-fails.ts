const issues = tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app' });
return issues.filter((i) => i.state === 'open').length;
