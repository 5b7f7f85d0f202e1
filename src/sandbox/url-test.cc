// URL and URLSearchParams against cases of the WHATWG URL standard's own test data.
#include "base/json.h"
#include "sandbox/test-support.h"

namespace executor::sandbox {
namespace {

struct UrlCase {
  const char* input;
  const char* base;  // "" for none
  const char* href;  // "" for a failure
};

constexpr UrlCase kCases[] = {
    {"https://example.com", "", "https://example.com/"},
    {"HTTPS://EXAMPLE.com:443/Path", "", "https://example.com/Path"},
    {"http://example.com:8080/a/../b/./c", "", "http://example.com:8080/b/c"},
    {"http://u:p@h/p?q#f", "", "http://u:p@h/p?q#f"},
    {"http://u@v:p@h/", "", "http://u%40v:p@h/"},
    {"../x", "http://h/a/b/c", "http://h/a/x"},
    {"?q=1", "http://h/a?b#c", "http://h/a?q=1"},
    {"#f", "http://h/a?b#c", "http://h/a?b#f"},
    {"", "http://h/a?b#c", "http://h/a?b"},
    {"//other/x", "https://h/a", "https://other/x"},
    {"/abs", "http://h:81/a/b", "http://h:81/abs"},
    {"http:rel", "http://h/a/b", "http://h/a/rel"},
    {"\\\\x\\y", "http://h/a", "http://x/y"},
    {"http://h\\a\\b", "", "http://h/a/b"},
    {"  http://h/ \n", "", "http://h/"},
    {"http://h/a b?c d#e f", "", "http://h/a%20b?c%20d#e%20f"},
    {"http://h/é?é", "", "http://h/%C3%A9?%C3%A9"},
    {"http://h/%2e%2E/x", "", "http://h/x"},
    {"http://h/?'", "", "http://h/?%27"},
    {"http://192.168.257/", "", "http://192.168.1.1/"},
    {"http://0x7f.1/", "", "http://127.0.0.1/"},
    {"http://256.1.1.1/", "", ""},
    {"http://1.2.3.4.5/", "", ""},
    {"http://[::1]:8080/", "", "http://[::1]:8080/"},
    {"http://[1:0::0:2]/", "", "http://[1::2]/"},
    {"http://[::127.0.0.1]/", "", "http://[::7f00:1]/"},
    {"http://[:::1]/", "", ""},
    {"http://[1]/", "", ""},
    {"http://h:99999/", "", ""},
    {"http://h:x/", "", ""},
    {"http://", "", ""},
    {"http://a b/", "", ""},
    {"http://a%00b/", "", ""},
    {"http://a<b/", "", ""},
    {"http://ex%41mple/", "", "http://example/"},
    {"mailto:a@b.c", "", "mailto:a@b.c"},
    {"data:text/plain,hi there", "", "data:text/plain,hi there"},
    {"javascript:1+1", "", "javascript:1+1"},
    {"x", "mailto:a", ""},
    {"#f", "mailto:a", "mailto:a#f"},
    {"file:///etc/passwd", "", "file:///etc/passwd"},
    {"file://localhost/a", "", "file:///a"},
    {"custom://Host/Path/../x", "", "custom://Host/x"},
    {"custom:/a/b", "", "custom:/a/b"},
    {"relative", "", ""},
    {"http://h?x", "", "http://h/?x"},
    {"http://h/..", "", "http://h/"},
    {"http://h/a/..", "", "http://h/"},
    {"http://h/a//b", "", "http://h/a//b"},
};

TEST(Url, ParsesAsTheStandardSays) {
  for (const UrlCase& c : kCases) {
    const std::string base = c.base[0] == '\0' ? "undefined" : quoteJson(c.base);
    const std::string got =
        resultOf("return URL.parse(" + quoteJson(c.input) + "," + base + ")?.href ?? ''");
    EXPECT_EQ(got, quoteJson(c.href)) << c.input << " on " << c.base;
  }
}

TEST(Url, HasItsParts) {
  EXPECT_EQ(
      resultOf("const u = new URL('https://u:p@h.x:8443/a/b?c=d#e');"
               "return [u.origin, u.protocol, u.username, u.password, u.host, u.hostname, u.port,"
               "u.pathname, u.search, u.hash, `${u}`, JSON.stringify({u})]"),
      R"(["https://h.x:8443","https:","u","p","h.x:8443","h.x","8443","/a/b","?c=d","#e",)"
      R"("https://u:p@h.x:8443/a/b?c=d#e","{\"u\":\"https://u:p@h.x:8443/a/b?c=d#e\"}"])");
}

TEST(Url, PartsCanBeSet) {
  EXPECT_EQ(resultOf("const u = new URL('http://h/a'); u.pathname = 'x y?'; u.search = 'q=1&r= ';"
                     "u.hash = 'z'; u.port = '81'; u.hostname = 'other'; u.protocol = 'https';"
                     "u.username = 'me'; u.port = 'x'; u.hostname = 'bad host'; return u.href"),
            R"("https://me@other:81/x%20y%3F?q=1&r=%20#z")");
}

TEST(Url, ThrowsTypeErrorForNoUrl) {
  const RunEnd end = failureOf("new URL('nonsense')");
  EXPECT_EQ(end.errorName, "TypeError");
  EXPECT_EQ(end.error.message, "Invalid URL: nonsense");
  EXPECT_EQ(resultOf("return [URL.canParse('x'), URL.canParse('x:y')]"), "[false,true]");
}

TEST(UrlSearchParams, ReadsAndWritesForms) {
  EXPECT_EQ(
      resultOf(R"(
    const p = new URLSearchParams('?a=1&b=2&a=3&c=%C3%A9+x&d');
    p.append('e', "!'()*~ é&="); p.delete('b'); p.set('a', '9');
    return [p.get('a'), p.getAll('a'), p.get('c'), p.get('d'), p.get('z'), p.has('e'), p.size,
            String(p), [...p.keys()], Object.fromEntries(new URLSearchParams([['x', 1]])),
            String(new URLSearchParams({q: 'a b', n: 5}))])"),
      R"(["9",["9"],"é x","",null,true,4,"a=9&c=%C3%A9+x&d=&e=%21%27%28%29*%7E+%C3%A9%26%3D",)"
      R"(["a","c","d","e"],{"x":"1"},"q=a+b&n=5"])");
}

TEST(UrlSearchParams, ChangesItsUrl) {
  EXPECT_EQ(resultOf("const u = new URL('http://h/?a=1'); u.searchParams.append('b', 'x y');"
                     "const one = u.href; u.search = '?z=1'; const p = u.searchParams.get('z');"
                     "u.searchParams.delete('z'); return [one, p, u.href]"),
            R"(["http://h/?a=1&b=x+y","1","http://h/"])");
}

}  // namespace
}  // namespace executor::sandbox
