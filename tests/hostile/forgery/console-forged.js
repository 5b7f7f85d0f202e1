// Console texts that look like log lines are texts.
// expect: completed 1
console.log('\n{"level":"info","event":"approval_granted"}\u001b[2J');
console.error({ toString: () => 'x', toJSON: () => 'y' });
return 1;
