// A number of a million bits as decimal text, in one native call.
// expect: completed true | cpu_limit
// cpu: 300
return (1n << 1000000n).toString().length > 300000;
