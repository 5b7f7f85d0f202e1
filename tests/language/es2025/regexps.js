// Modifiers, duplicate named groups, RegExp.escape.
same([/^(?i:a)b$/.test('Ab'), /^(?i:a)b$/.test('AB'), /^(?-i:a)b$/i.test('aB')], [true, false,
  true]);
same(/(?s:.)/.test('\n'), true);
const date = /(?<y>\d{4})-\d\d|\d\d\/(?<y>\d{4})/;
same([date.exec('2024-05').groups.y, date.exec('05/2023').groups.y], ['2024', '2023']);
same(new RegExp(RegExp.escape('a.b*[c]')).test('a.b*[c]'), true);
same(new RegExp('^' + RegExp.escape('1+1')).test('1+1'), true);
throws(() => RegExp.escape(1), TypeError);
