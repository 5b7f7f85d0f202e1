// async/await, async iteration, lookbehind, named groups, dotAll, Unicode properties.
const order = [];
const step = async (n) => { order.push(n); await null; order.push(n + 10); return n; };
same(await Promise.all([step(1), step(2)]), [1, 2]);
same(order, [1, 2, 11, 12]);
async function* pages() { for (let i = 0; i < 3; i++) { await null; yield i; } }
const got = [];
for await (const page of pages()) got.push(page);
for await (const v of [Promise.resolve('p'), 'q']) got.push(v);
same(got, [0, 1, 2, 'p', 'q']);
await throwsAsync(async () => { for await (const x of [Promise.reject(new RangeError())]) x; },
  RangeError);
same(await Promise.resolve(1).finally(() => 2), 1);
const { groups } = /(?<year>\d{4})-(?<month>\d\d)/u.exec('on 2024-05');
same({ ...groups }, { year: '2024', month: '05' });
same('2024-05'.replace(/(?<y>\d+)-(?<m>\d+)/, '$<m>/$<y>'), '05/2024');
same(['$5 €6'.match(/(?<=€)\d/)[0], '$5 €6'.match(/(?<!€)\d/)[0]], ['6', '5']);
same([/a.b/s.test('a\nb'), /a.b/.test('a\nb')], [true, false]);
same([/\p{Lu}/u.test('É'), /\p{Script=Greek}/u.test('α'), /^\p{Emoji}$/u.test('😀')], [true, true,
  true]);
same(/(?<a>.)\k<a>/.test('xx'), true);
