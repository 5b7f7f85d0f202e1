// Random numbers differ from each other and hide nothing of the host's.
// expect: completed true
const a = new Set(Array.from({ length: 1000 }, () => Math.random()));
const id = crypto.randomUUID();
return a.size > 990 && /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/.test(id);
