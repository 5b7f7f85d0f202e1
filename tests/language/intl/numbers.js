// Numbers in English; as V8 prints them.
const f = (n, o) => new Intl.NumberFormat('en-US', o).format(n);
same([f(1234.5678), f(-0), f(1e21), f(0.0005), f(NaN), f(-Infinity), f(1234n)],
  ['1,234.568', '-0', '1,000,000,000,000,000,000,000', '0.001', 'NaN', '-∞', '1,234']);
same([f(1.005, { maximumFractionDigits: 2 }), f(2.5, { maximumFractionDigits: 0 }), f(5,
  { minimumFractionDigits: 2 })],
  ['1.01', '3', '5.00']);
const money = (n, o) => f(n, { style: 'currency', currency: 'USD', ...o });
same([money(1234.5), money(-5), money(-5, { currencySign: 'accounting' }), money(5,
  { currency: 'JPY' }), money(5, { currency: 'CHF' }),
  money(1234.5, { maximumFractionDigits: 0 }), money(1234567, { notation: 'compact' }), money(5,
    { currencyDisplay: 'code' }),
  money(5, { currency: 'CAD', currencyDisplay: 'narrowSymbol' })],
  ['$1,234.50', '-$5.00', '($5.00)', '¥5', 'CHF\u00a05.00', '$1,235', '$1.2M', 'USD\u00a05.00',
    '$5.00']);
same([f(0.256, { style: 'percent' }), f(0.2567, { style: 'percent', maximumFractionDigits: 1 })],
  ['26%', '25.7%']);
const short = { notation: 'compact' };
same([f(1234, short), f(999999, short), f(12345, short), f(1.55, short), f(1500000, { ...short,
  compactDisplay: 'long' })],
  ['1.2K', '1M', '12K', '1.6', '1.5 million']);
same([f(1234.5, { maximumSignificantDigits: 2 }), f(0.00001234, { maximumSignificantDigits: 3 }),
  f(12345.678, { minimumSignificantDigits: 7 })],
  ['1,200', '0.0000123', '12,345.678']);
same([f(5, { signDisplay: 'always' }), f(0, { signDisplay: 'exceptZero' }), f(1234,
  { useGrouping: false }), f(5, { minimumIntegerDigits: 3 })],
  ['+5', '0', '1234', '005']);
same([(1234.5).toLocaleString(), (12345n).toLocaleString('en'), [1234, 5].toLocaleString()],
  ['1,234.5', '12,345', '1,234,5']);
throws(() => f(1, { style: 'currency' }), TypeError);
throws(() => f(1, { style: 'unit', unit: 'meter' }), RangeError);
throws(() => (1).toLocaleString('fr-FR'), RangeError);
throws(() => f(1, { minimumFractionDigits: 5, maximumFractionDigits: 2 }), RangeError);
throws(() => f(1, { maximumFractionDigits: 101 }), RangeError);
same(Intl.NumberFormat().format(1000), '1,000');
