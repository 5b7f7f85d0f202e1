// Order of texts in English, lists, plurals, relative times; refusals.
const sorted = (list, o) => list.sort(new Intl.Collator('en', o).compare);
same(sorted(['b', 'a', 'B', 'A', 'ä', 'Z', 'z', '_', '1', '10', '2', 'é', 'e', '-', 'É', 'résumé',
  'resume', 'Resume']),
  ['_', '-', '1', '10', '2', 'a', 'A', 'ä', 'b', 'B', 'e', 'é', 'É', 'resume', 'Resume', 'résumé',
    'z', 'Z']);
same(sorted(['a10', 'a2', 'a01', 'a1'], { numeric: true }), ['a01', 'a1', 'a2', 'a10']);
same(['coop', 'co-op', 'CO-OP', 'co op', 'co_op'].sort((a, b) => a.localeCompare(b)), ['co op',
  'co_op', 'co-op', 'CO-OP', 'coop']);
same(['a'.localeCompare('b'), 'a'.localeCompare('A'), 'a'.localeCompare('a'),
  'a'.localeCompare('á', undefined, { sensitivity: 'base' }),
  'a'.localeCompare('A', 'en', { sensitivity: 'accent' }), 'a'.localeCompare('á', 'en',
    { sensitivity: 'accent' })], [-1, -1, 0, 0, 0, -1]);
same('a\u0301'.localeCompare('á'), 0);
same([new Intl.ListFormat('en').format(['a', 'b', 'c']), new Intl.ListFormat('en',
  { type: 'disjunction' }).format(['a', 'b'])], ['a, b, and c', 'a or b']);
const ago = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
same([ago.format(-1, 'day'), ago.format(2, 'weeks'), ago.format(-3, 'month')], ['yesterday',
  'in 2 weeks', '3 months ago']);
const nth = new Intl.PluralRules('en', { type: 'ordinal' });
same([1, 2, 3, 4, 11, 22].map((n) => nth.select(n)), ['one', 'two', 'few', 'other', 'other',
  'two']);
for (const name of ['Segmenter', 'DisplayNames', 'DurationFormat', 'Locale',
  'supportedValuesOf']) throws(() => new Intl[name]('en'), RangeError);
throws(() => 'a'.localeCompare('b', 'sv'), RangeError);
throws(() => 'a'.localeCompare('b', 'not a locale'), RangeError);
same(Intl.Collator.supportedLocalesOf(['de', 'en-US']), ['en-US']);
same(Object.prototype.toString.call(Intl), '[object Intl]');

// Built-in methods of ours are like the engine's own: no constructors, the length of the standard.
for (const [method, length] of [[String.prototype.localeCompare, 1], [Date.prototype.toLocaleString, 0],
  [Date.prototype.toLocaleDateString, 0], [Date.prototype.toLocaleTimeString, 0],
  [Number.prototype.toLocaleString, 0], [BigInt.prototype.toLocaleString, 0]]) {
  same(method.length, length);
  same(Object.hasOwn(method, 'prototype'), false);
  throws(() => new method(), TypeError);
}
throws(() => String.prototype.localeCompare.call(null, 'a'), TypeError);
throws(() => String.prototype.localeCompare.call(undefined, 'a'), TypeError);
