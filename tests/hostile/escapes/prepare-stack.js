// vm2 CVE-2022-36067: prepareStackTrace is given frames of the host.
// expect: completed true
const seen = [];
Error.prepareStackTrace = (e, frames) => frames;
const spy = {
  toJSON() {
    const frames = new Error().stack;
    for (const f of Array.isArray(frames) ? frames : []) {
      seen.push(f.getThis?.(), f.getFunction?.());
    }
    return {};
  },
};
await tools.a.b(spy);
return seen.every((x) => x === undefined || x === null || x instanceof Object);
