// SES: captureStackTrace writes a stack into any object.
// expect: completed true
const o = {};
Error.captureStackTrace?.(o);
return o.stack === undefined || !/executor:|worker|\/src\//.test(`${o.stack}`);
