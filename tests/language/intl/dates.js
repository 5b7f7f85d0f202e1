// Dates in English, in UTC or at a fixed distance; as V8 prints them.
const d = new Date(Date.UTC(2024, 0, 2, 15, 4, 5, 67));
same([d.toLocaleString(), d.toLocaleDateString(), d.toLocaleTimeString()],
  ['1/2/2024, 3:04:05 PM', '1/2/2024', '3:04:05 PM']);
const f = (o) => new Intl.DateTimeFormat('en-US', o).format(d);
same(f({ weekday: 'short', year: 'numeric', month: 'short', day: 'numeric' }), 'Tue, Jan 2, 2024');
same(f({ dateStyle: 'full', timeStyle: 'short' }), 'Tuesday, January 2, 2024 at 3:04 PM');
same(f({ dateStyle: 'medium', timeStyle: 'medium' }), 'Jan 2, 2024, 3:04:05 PM');
same(f({ year: '2-digit', month: '2-digit', day: '2-digit' }), '01/02/24');
same(f({ month: 'long', year: 'numeric' }), 'January 2024');
same(f({ month: 'long', day: 'numeric', hour: 'numeric' }), 'January 2 at 3 PM');
same(f({ hour: 'numeric', minute: 'numeric', hour12: false }), '15:04');
same(f({ hour: '2-digit', minute: '2-digit' }), '03:04 PM');
same(f({ minute: '2-digit', second: '2-digit' }), '04:05');
same(f({ fractionalSecondDigits: 3, second: 'numeric' }), '5.067');
same(f({ weekday: 'long', day: 'numeric' }), '2 Tuesday');
same(f({ timeStyle: 'full' }), '3:04:05 PM Coordinated Universal Time');
same(d.toLocaleTimeString('en-US', { timeZone: '+05:30', hour: 'numeric', minute: '2-digit' }),
  '8:34 PM');
same(new Date(0).toLocaleTimeString('en-US', { hourCycle: 'h23' }), '00:00:00');
same(new Intl.DateTimeFormat().formatToParts(d)[1], { type: 'literal', value: '/' });
same(new Date(NaN).toLocaleDateString(), 'Invalid Date');
throws(() => f({ timeZone: 'Europe/Berlin' }), RangeError);
throws(() => new Intl.DateTimeFormat('de'), RangeError);
throws(() => d.toLocaleDateString('en-GB'), RangeError);
throws(() => new Intl.DateTimeFormat().format(NaN), RangeError);
throws(() => f({ month: 'huge' }), RangeError);
throws(() => f({ dateStyle: 'full', year: 'numeric' }), TypeError);
same(new Intl.DateTimeFormat().resolvedOptions().timeZone, 'UTC');
