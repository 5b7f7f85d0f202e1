// No clock moves within a turn: nothing can be timed.
// expect: completed [0,0,0]
const start = [Date.now(), performance.now(), new Date().getTime()];
for (let i = 0; i < 1e5; i++);
const end = [Date.now(), performance.now(), new Date().getTime()];
return end.map((t, i) => t - start[i]);
