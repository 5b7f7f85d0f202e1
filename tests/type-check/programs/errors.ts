//// status of a failed call
try {
  await tools.github.repos.get({ owner: 'acme', repo: 'nope' });
  return 'found';
} catch (error) {
  if (error.status === 404) return 'missing';
  throw error;
}
//// typed as any
try {
  return await tools.github.users.get_by_username({ username: 'nobody' });
} catch (e: any) {
  return { code: e.code, status: e.status, message: e.message, hint: e.hint, body: e.body };
}
//// typed as unknown
try {
  return await tools.github.users.get_by_username({ username: 'nobody' });
} catch (e: unknown) {
  return e instanceof Error ? e.message : String(e);
}
//// without a binding
try {
  return (await tools.github.repos.get_branch({ owner: 'acme', repo: 'app', branch: 'x' })).name;
} catch {
  return null;
}
//// finally
let done = false;
try {
  await tools.github.meta.get_zen({});
} finally {
  done = true;
}
return done;
//// catch of a promise
return await tools.github.repos.get({ owner: 'acme', repo: 'x' }).catch((e) => ({ error: e.message, status: e.status }));
//// catch gives null, then a field
const repo = await tools.github.repos.get({ owner: 'acme', repo: 'x' }).catch(() => null);
return repo?.full_name ?? 'none';
//// then with two functions
return await tools.github.meta.get_zen({}).then((z) => z, (e) => e.status);
//// an error class of one's own
class NotFound extends Error {
  constructor(public what: string) { super(`no ${what}`); }
}
try {
  const r = await tools.github.repos.get({ owner: 'acme', repo: 'x' });
  if (!r.id) throw new NotFound('repo');
  return r.id;
} catch (e) {
  return e instanceof NotFound ? e.what : e.status;
}
//// wait and try again
for (let i = 0; i < 3; i++) {
  try {
    return await tools.github.rate_limit.get({});
  } catch (e) {
    if (e.code !== 'upstream_error') throw e;
    await new Promise((r) => setTimeout(r, 10 * i));
  }
}
return null;
//// errors of many collected
const failures = [];
for (const username of ['ada', 'bob']) {
  try {
    await tools.github.users.get_by_username({ username });
  } catch (e) {
    failures.push({ username, why: e.message });
  }
}
return failures;
//// an unknown tool by a computed name
try {
  return await tools.github['nothing' + 'here'].get({});
} catch (e) {
  return e.code;
}
//// a thrown object
try {
  if ((await tools.github.meta.get_zen({})).length > 1e6) throw { code: 'long' };
  return 'short';
} catch (e) {
  return e.code;
}
//// an error with a cause
try {
  await tools.github.repos.get({ owner: 'acme', repo: 'x' });
} catch (e) {
  const wrapped = new Error('could not look', { cause: e });
  return (wrapped.cause as any).status ?? wrapped.message;
}
//// an aggregate error
return await Promise.any([tools.github.repos.get({ owner: 'a', repo: 'b' })]).catch((e) => e.errors?.length);
