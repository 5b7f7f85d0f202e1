// No names can be read out of `tools`.
// expect: completed [[],[],null,false]
// calls: 0
return [Object.keys(tools), Reflect.ownKeys(tools.a), JSON.stringify(tools) ?? null, 'a' in tools];
