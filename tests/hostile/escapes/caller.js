// SES: Function.caller and arguments.callee.caller show who called.
// expect: completed true
const spy = {
  toJSON() {
    try {
      return { caller: typeof spy.toJSON.caller };
    } catch {
      return {};
    }
  },
};
const r = await tools.a.b(spy);
return r.caller === undefined || r.caller === 'undefined' || r.caller === 'object';
