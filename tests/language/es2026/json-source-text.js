// The text behind a parsed number; raw text in what is printed.
const big = '{"id":12345678901234567890}';
same(JSON.parse(big, (k, v, { source }) => k === 'id' ? source : v),
  { id: '12345678901234567890' });
same(JSON.stringify({ id: JSON.rawJSON('12345678901234567890') }), big);
same([JSON.isRawJSON(JSON.rawJSON('1')), JSON.isRawJSON(1)], [true, false]);
throws(() => JSON.rawJSON('{}'), SyntaxError);
