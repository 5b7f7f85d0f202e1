return await tools.github.issues.create({
  owner: 'acme',
  title: 'Crash on start',
});
