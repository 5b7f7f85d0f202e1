const issues = await tools.github.issues.list_for_repo({ ownr: 'acme', repo: 'app', state: 'open' });
return issues.length;
