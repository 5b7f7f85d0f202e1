// URL and URLSearchParams.
const u = new URL('../c?q=1&q=2#h', 'https://user:pw@example.com:8443/a/b/');
same([u.href, u.origin, u.host, u.pathname, u.search, u.hash, u.username],
  ['https://user:pw@example.com:8443/a/c?q=1&q=2#h', 'https://example.com:8443',
    'example.com:8443', '/a/c', '?q=1&q=2', '#h', 'user']);
same([u.searchParams.getAll('q'), [...u.searchParams.keys()]], [['1', '2'], ['q', 'q']]);
u.searchParams.append('x y', 'ä&');
same(u.search, '?q=1&q=2&x+y=%C3%A4%26');
u.port = '443'; u.hash = ''; u.pathname = '/ü';
same(u.href.includes('example.com/%C3%BC?'), true);
throws(() => new URL('/relative'), TypeError);
same([URL.canParse('x:'), URL.canParse('//x'), URL.parse('no') === null], [true, false, true]);
const p = new URLSearchParams({ b: '2', a: '1' });
p.sort(); p.set('b', '3'); p.delete('c');
same([String(p), p.size, p.has('a', '2'), JSON.stringify(new URL('http://a'))], ['a=1&b=3', 2,
  false, '"http://a/"']);
