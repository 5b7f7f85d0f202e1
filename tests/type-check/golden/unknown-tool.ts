const repo = await tools.github.repos.get({ owner: 'acme', repo: 'app' });
const branches = await tools.github.repos.list_branchs({ owner: 'acme', repo: repo.name });
const zen = await tools.githb.meta.get_zen();
return { branches, zen };
