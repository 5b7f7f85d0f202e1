// typeCheck: warn
const issues = tools.github.issues.list_for_repo({ owner: 'acme', repo: 'app' });
const [first] = await issues;
return { titles: issues.map?.((i) => i.title) ?? null, body: first.bodytext ?? null, by: first.user?.loginn ?? null };
