// Thousands of floating calls: no more than may be open leave the jail.
// expect: completed "done"
// tools: open
for (let i = 0; i < 900; i++) tools.a.b({ i }).catch(() => {});
return 'done';
