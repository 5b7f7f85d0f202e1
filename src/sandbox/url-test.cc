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

// From "example.com/a/b/../c" on the expected values are another implementation's (ada, in
// Node.js). Missing on purpose: drive letters of file: URLs, which are not special here; a program
// has no files.
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
    {"http://example.com/a/b/../c/./d", "", "http://example.com/a/c/d"},
    {"http://example.com/a/b/..", "", "http://example.com/a/"},
    {"http://example.com/a/b/.", "", "http://example.com/a/b/"},
    {"http://example.com/../../a", "", "http://example.com/a"},
    {"http://example.com/%2e%2e/a", "", "http://example.com/a"},
    {"http://example.com/a/%2E/b", "", "http://example.com/a/b"},
    {"http://example.com/.%2e/a", "", "http://example.com/a"},
    {"http://example.com/a%2fb", "", "http://example.com/a%2fb"},
    {"http://example.com//a//b", "", "http://example.com//a//b"},
    {"http:///example.com/a", "", "http://example.com/a"},
    {"http:////////example.com/a", "", "http://example.com/a"},
    {"http:example.com", "", "http://example.com/"},
    {"http:/example.com", "", "http://example.com/"},
    {"https:example.com/a", "", "https://example.com/a"},
    {"http://user@example.com/", "", "http://user@example.com/"},
    {"http://user:@example.com/", "", "http://user@example.com/"},
    {"http://:pass@example.com/", "", "http://:pass@example.com/"},
    {"http://us%40er:pa%3Ass@example.com/", "", "http://us%40er:pa%3Ass@example.com/"},
    {"http://a:b@c:d@e.com/", "", "http://a:b%40c%3Ad@e.com/"},
    {"http://@example.com/", "", "http://example.com/"},
    {"http://user name:pa ss@h/", "", "http://user%20name:pa%20ss@h/"},
    {"http://example.com:80/", "", "http://example.com/"},
    {"http://example.com:443/", "", "http://example.com:443/"},
    {"https://example.com:443/", "", "https://example.com/"},
    {"https://example.com:80/", "", "https://example.com:80/"},
    {"http://example.com:0/", "", "http://example.com:0/"},
    {"http://example.com:65535/", "", "http://example.com:65535/"},
    {"http://example.com:65536/", "", ""},
    {"http://example.com:00080/", "", "http://example.com/"},
    {"http://example.com:/", "", "http://example.com/"},
    {"http://example.com:8a/", "", ""},
    {"http://example.com:-1/", "", ""},
    {"http://example.com: 80/", "", ""},
    {"http://EXAMPLE.Com/Path", "", "http://example.com/Path"},
    {"http://ex%61mple.com/", "", "http://example.com/"},
    {"http://ex%zzmple.com/", "", ""},
    {"http://exa mple.com/", "", ""},
    {"http://exa%20mple.com/", "", ""},
    {"http://exa^mple.com/", "", ""},
    {"http://exa|mple.com/", "", ""},
    {"http://exa\\mple.com/", "", "http://exa/mple.com/"},
    {"http://exa[mple.com/", "", ""},
    {"http://exa%23mple/", "", ""},
    {"http://exa%2fmple/", "", ""},
    {"http://1.2.3.4/", "", "http://1.2.3.4/"},
    {"http://1.2.3/", "", "http://1.2.0.3/"},
    {"http://1.2/", "", "http://1.0.0.2/"},
    {"http://1/", "", "http://0.0.0.1/"},
    {"http://0/", "", "http://0.0.0.0/"},
    {"http://255.255.255.255/", "", "http://255.255.255.255/"},
    {"http://256.0.0.1/", "", ""},
    {"http://4294967295/", "", "http://255.255.255.255/"},
    {"http://4294967296/", "", ""},
    {"http://0x7f000001/", "", "http://127.0.0.1/"},
    {"http://0X7F.0.0.1/", "", "http://127.0.0.1/"},
    {"http://0177.0.0.1/", "", "http://127.0.0.1/"},
    {"http://08.0.0.1/", "", ""},
    {"http://1.2.3.4./", "", "http://1.2.3.4/"},
    {"http://1.2.3.4.5/", "", ""},
    {"http://1..2/", "", ""},
    {"http://foo.0x4/", "", ""},
    {"http://foo.4/", "", ""},
    {"http://1.2.3.08/", "", ""},
    {"http://1e2/", "", "http://1e2/"},
    {"http://[::]/", "", "http://[::]/"},
    {"http://[::1]/", "", "http://[::1]/"},
    {"http://[1:2:3:4:5:6:7:8]/", "", "http://[1:2:3:4:5:6:7:8]/"},
    {"http://[1:2:3:4:5:6:7]/", "", ""},
    {"http://[1:2:3:4:5:6:7:8:9]/", "", ""},
    {"http://[1::8]/", "", "http://[1::8]/"},
    {"http://[1:0:0:4:0:0:0:8]/", "", "http://[1:0:0:4::8]/"},
    {"http://[0:0:1:0:0:1:0:0]/", "", "http://[::1:0:0:1:0:0]/"},
    {"http://[2001:DB8::1]/", "", "http://[2001:db8::1]/"},
    {"http://[::ffff:1.2.3.4]/", "", "http://[::ffff:102:304]/"},
    {"http://[::1.2.3]/", "", ""},
    {"http://[::1.2.3.256]/", "", ""},
    {"http://[1.2.3.4]/", "", ""},
    {"http://[::g]/", "", ""},
    {"http://[::12345]/", "", ""},
    {"http://[1::2::3]/", "", ""},
    {"http://[::1", "", ""},
    {"http://::1]/", "", ""},
    {"http://[]/", "", ""},
    {"http://[fe80::1%25eth0]/", "", ""},
    {"http://[::1]:8080/a", "", "http://[::1]:8080/a"},
    {"http://example.com?q", "", "http://example.com/?q"},
    {"http://example.com#f", "", "http://example.com/#f"},
    {"http://example.com?", "", "http://example.com/?"},
    {"http://example.com#", "", "http://example.com/#"},
    {"http://example.com/?#", "", "http://example.com/?#"},
    {"http://example.com/?a=b&c=d#e?f#g", "", "http://example.com/?a=b&c=d#e?f#g"},
    {"http://example.com/?q='\"<> `{}|\\^", "", "http://example.com/?q=%27%22%3C%3E%20`{}|\\^"},
    {"http://example.com/#'\"<> `{}|\\^", "", "http://example.com/#'%22%3C%3E%20%60{}|\\^"},
    {"http://example.com/'\"<> `{}|\\^", "", "http://example.com/'%22%3C%3E%20%60%7B%7D|/%5E"},
    {"http://example.com/é?é#é", "", "http://example.com/%C3%A9?%C3%A9#%C3%A9"},
    {"http://example.com/😀", "", "http://example.com/%F0%9F%98%80"},
    {"http://example.com/%E9", "", "http://example.com/%E9"},
    {"http://example.com/%", "", "http://example.com/%"},
    {"http://example.com/a%zz", "", "http://example.com/a%zz"},
    {"http://example.com/a;b=c,d@e:f!g$h&i(j)k*l+m=n~o_p-q.r", "",
     "http://example.com/a;b=c,d@e:f!g$h&i(j)k*l+m=n~o_p-q.r"},
    {"http://example.com\\a\\b?c\\d#e\\f", "", "http://example.com/a/b?c\\d#e\\f"},
    {"http://example.com/a\tb", "", "http://example.com/ab"},
    {"  http://example.com/  ", "", "http://example.com/"},
    {"http://", "", ""},
    {"http://?q", "", ""},
    {"http:///", "", ""},
    {"https://", "", ""},
    {"http://user@/", "", ""},
    {"http://:80/", "", ""},
    {"//example.com", "", ""},
    {"/path", "", ""},
    {"path", "", ""},
    {"?q", "", ""},
    {"#f", "", ""},
    {":", "", ""},
    {":a", "", ""},
    {"1http://h/", "", ""},
    {"a+b-c.d:x", "", "a+b-c.d:x"},
    {"A:x", "", "a:x"},
    {"mailto:someone@example.com?subject=a b", "", "mailto:someone@example.com?subject=a%20b"},
    {"mailto:a b", "", "mailto:a b"},
    {"data:text/html,<b>x</b>#frag", "", "data:text/html,<b>x</b>#frag"},
    {"javascript:alert(1)", "", "javascript:alert(1)"},
    {"about:blank", "", "about:blank"},
    {"about:blank?x#y", "", "about:blank?x#y"},
    {"blob:https://example.com/id", "", "blob:https://example.com/id"},
    {"urn:isbn:123", "", "urn:isbn:123"},
    {"tel:+1-2", "", "tel:+1-2"},
    {"custom://host/path", "", "custom://host/path"},
    {"custom://HOST:80/path", "", "custom://HOST:80/path"},
    {"custom://user:pass@host:99/p?q#f", "", "custom://user:pass@host:99/p?q#f"},
    {"custom:///path", "", "custom:///path"},
    {"custom:/path/../x", "", "custom:/x"},
    {"custom:path/../x", "", "custom:path/../x"},
    {"custom://h/../a/./b", "", "custom://h/a/b"},
    {"custom://", "", "custom://"},
    {"custom:", "", "custom:"},
    {"custom://a b/", "", ""},
    {"custom://a^b/", "", ""},
    {"custom://[::1]/", "", "custom://[::1]/"},
    {"custom://1.2.3/", "", "custom://1.2.3/"},
    {"file:///a/b", "", "file:///a/b"},
    {"file://host/a", "", "file://host/a"},
    {"file://localhost/a", "", "file:///a"},
    {"file:/a", "", "file:///a"},
    {"file:a", "", "file:///a"},
    {"file:", "", "file:///"},
    {"file://user@host/", "", ""},
    {"ftp://h:21/a", "", "ftp://h/a"},
    {"ftp://h:22/a", "", "ftp://h:22/a"},
    {"ws://h:80/", "", "ws://h/"},
    {"wss://h:443/", "", "wss://h/"},
    {"wss://h:80/", "", "wss://h:80/"},
    {"g", "http://a/b/c/d;p?q", "http://a/b/c/g"},
    {"./g", "http://a/b/c/d;p?q", "http://a/b/c/g"},
    {"g/", "http://a/b/c/d;p?q", "http://a/b/c/g/"},
    {"/g", "http://a/b/c/d;p?q", "http://a/g"},
    {"//g", "http://a/b/c/d;p?q", "http://g/"},
    {"?y", "http://a/b/c/d;p?q", "http://a/b/c/d;p?y"},
    {"g?y", "http://a/b/c/d;p?q", "http://a/b/c/g?y"},
    {"#s", "http://a/b/c/d;p?q", "http://a/b/c/d;p?q#s"},
    {"g#s", "http://a/b/c/d;p?q", "http://a/b/c/g#s"},
    {";x", "http://a/b/c/d;p?q", "http://a/b/c/;x"},
    {"g;x=1/../y", "http://a/b/c/d;p?q", "http://a/b/c/y"},
    {"", "http://a/b/c/d;p?q", "http://a/b/c/d;p?q"},
    {".", "http://a/b/c/d;p?q", "http://a/b/c/"},
    {"..", "http://a/b/c/d;p?q", "http://a/b/"},
    {"../g", "http://a/b/c/d;p?q", "http://a/b/g"},
    {"../../g", "http://a/b/c/d;p?q", "http://a/g"},
    {"../../../../g", "http://a/b/c/d;p?q", "http://a/g"},
    {"/./g", "http://a/b/c/d;p?q", "http://a/g"},
    {"g.", "http://a/b/c/d;p?q", "http://a/b/c/g."},
    {"..g", "http://a/b/c/d;p?q", "http://a/b/c/..g"},
    {"g?y/../x", "http://a/b/c/d;p?q", "http://a/b/c/g?y/../x"},
    {"g#s/../x", "http://a/b/c/d;p?q", "http://a/b/c/g#s/../x"},
    {"http:g", "http://a/b/c/d;p?q", "http://a/b/c/g"},
    {"https:g", "http://a/b/c/d;p?q", "https://g/"},
    {"mailto:x", "http://a/b", "mailto:x"},
    {"\\\\g\\h", "http://a/b", "http://g/h"},
    {"\\g", "http://a/b", "http://a/g"},
    {"//g:99", "https://u:p@a:1/b", "https://g:99/"},
    {"///g", "http://a/b", "http://g/"},
    {"x", "http://u:p@a:8/b/c", "http://u:p@a:8/b/x"},
    {"?x", "http://u:p@a:8/b/c#f", "http://u:p@a:8/b/c?x"},
    {"#x", "about:blank", "about:blank#x"},
    {"x", "about:blank", ""},
    {"x", "data:text,y", ""},
    {"/x", "custom://h/a/b", "custom://h/x"},
    {"../x", "custom://h/a/b", "custom://h/x"},
    {"x", "custom:a", ""},
    {"//i/x", "custom://h/a", "custom://i/x"},
    {"x", "file:///a/b", "file:///a/x"},
    {"//h/x", "file:///a/b", "file://h/x"},
    {"x", "nonsense", ""},
    {"http://x", "nonsense", ""},
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
