// Well-formed Unicode, sets in regular expressions.
same(['a\ud800'.isWellFormed(), 'a😀'.isWellFormed(), 'a\ud800b'.toWellFormed()], [false, true,
  'a\ufffdb']);
same([/^[\p{L}--[a-z]]$/v.test('A'), /^[\p{L}--[a-z]]$/v.test('a')], [true, false]);
same([/^[[a-z]&&[aeiou]]$/v.test('e'), /^[[a-z]&&[aeiou]]$/v.test('b')], [true, false]);
assert(/^\p{RGI_Emoji}$/v.test('👨‍👩‍👧'), 'emoji sequences');
assert(/^[\q{abc|d}]$/v.test('abc'), 'strings in classes');
assert(/a/v.unicodeSets && /a/v.flags === 'v', 'flag');
throws(() => new RegExp('a', 'uv'), SyntaxError);
