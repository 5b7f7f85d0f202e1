// A promise that is settled many times.
// expect: completed 1
const p = new Promise((resolve, reject) => {
  resolve(1);
  for (let i = 0; i < 1000; i++) reject(new Error('again'));
  throw new Error('and again');
});
return await p;
