const full = await tools.github.repos.get({ owner: 'acme', repo: 'app' }, { respons: 'full' });
return full.status;
