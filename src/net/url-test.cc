#include "net/url.h"

#include <gtest/gtest.h>

#include "net/client.h"

namespace executor::net {
namespace {

std::string hostOf(std::string_view text) {
  auto url = parseUrl(text);
  return url ? url->host : "refused";
}

TEST(Url, SplitsIntoItsParts) {
  auto url = parseUrl("HTTPS://Api.Example.com:8443/a/b?x=1&y#frag");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "api.example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/a/b");
  EXPECT_EQ(url->query, "x=1&y");
  EXPECT_EQ(url->target(), "/a/b?x=1&y");
  EXPECT_EQ(url->origin(), "https://api.example.com:8443");
}

TEST(Url, DefaultPortIsSetAndDropped) {
  EXPECT_EQ(parseUrl("http://a")->port, 80);
  EXPECT_EQ(parseUrl("https://a:")->port, 443);
  EXPECT_EQ(parseUrl("https://a:443/x")->text(), "https://a/x");
  EXPECT_EQ(parseUrl("http://a:443/x")->text(), "http://a:443/x");
}

TEST(Url, EmptyQueryIsKeptApartFromNone) {
  EXPECT_EQ(parseUrl("http://a/?")->target(), "/?");
  EXPECT_EQ(parseUrl("http://a")->target(), "/");
  EXPECT_EQ(parseUrl("http://a?b")->target(), "/?b");
}

TEST(Url, EverySpellingOfAnIpv4AddressIsTheAddress) {
  for (auto host : {"127.0.0.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "127.1",
                    "127.0.1", "0177.0.0.01", "127.0.0.1.", "0x7F.0x0.0x0.0x1"}) {
    auto url = parseUrl("http://" + std::string(host) + "/");
    ASSERT_TRUE(url) << host;
    EXPECT_EQ(url->host, "127.0.0.1") << host;
    EXPECT_TRUE(url->address.has_value()) << host;
  }
  EXPECT_EQ(hostOf("http://0/"), "0.0.0.0");
  EXPECT_EQ(hostOf("http://0x/"), "0.0.0.0");
}

TEST(Url, NumbersThatAreNoAddressAreRefused) {
  for (auto host : {"256.1.1.1", "1.2.3.4.5", "4294967296", "1.2.3.256", "09", "1..2",
                    "99999999999999999999999", "a.1", "0x100000000"}) {
    EXPECT_EQ(hostOf("http://" + std::string(host) + "/"), "refused") << host;
  }
}

TEST(Url, Ipv6IsCanonical) {
  auto url = parseUrl("http://[0:0:0:0:0:0:0:1]:8080/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->authority(), "[::1]:8080");
  for (auto host : {"[::1", "::1", "[fe80::1%eth0]", "[fe80::1%25eth0]", "[x]", "[]", "[::1]x"}) {
    EXPECT_EQ(hostOf("http://" + std::string(host) + "/"), "refused") << host;
  }
}

TEST(Url, RefusesUserInformation) {
  for (auto text : {"http://a@b/", "http://a:b@c/", "http://@b/", "http://a@127.0.0.1:80@b/"}) {
    EXPECT_EQ(hostOf(text), "refused") << text;
  }
  EXPECT_EQ(hostOf("http://b/@a"), "b");
}

TEST(Url, RefusesControlCharactersSpacesAndBackslashes) {
  for (auto text : {"http://a/\r\nX: y", "http://a/ b", " http://a", "http://a\t", "http://a\\b/",
                    "http://a/\\b", "http://a/\x7f"}) {
    EXPECT_EQ(hostOf(text), "refused") << text;
  }
  EXPECT_EQ(hostOf(std::string("http://a/\0b", 11)), "refused");
}

TEST(Url, RefusesHostsThatNeedDecodingOrIdna) {
  for (auto host : {"%31%32%37.0.0.1", "127%2e0.0.1", "\xe2\x91\xa0.com", "a b", "a<b", "", ".a",
                    "a..b", "a,b"}) {
    EXPECT_EQ(hostOf("http://" + std::string(host) + "/"), "refused") << host;
  }
  EXPECT_EQ(hostOf("http://xn--bcher-kva.example/"), "xn--bcher-kva.example");
}

TEST(Url, RefusesBadPorts) {
  for (auto port : {"0", "65536", "-1", "+1", "8o", "1 "}) {
    EXPECT_EQ(hostOf("http://a:" + std::string(port) + "/"), "refused") << port;
  }
}

TEST(Url, RefusesOtherSchemesAndRelativeReferences) {
  for (auto text : {"ftp://a/", "file:///etc/passwd", "gopher://a", "//a/b", "/a", "a", "",
                    "http:", "http:/a", "http:a", "javascript:x"}) {
    EXPECT_EQ(hostOf(text), "refused") << text;
  }
}

TEST(Url, RefusesDotSegmentsSoThatAParameterCannotClimb) {
  for (auto path : {"/a/../b", "/./a", "/a/%2e%2E/b", "/a/.", "/.%2e"}) {
    EXPECT_EQ(hostOf("http://a" + std::string(path)), "refused") << path;
  }
  EXPECT_EQ(hostOf("http://a/b?c=../d"), "a");
}

TEST(Url, EncodesWhatMayNotStandInATarget) {
  auto url = parseUrl("http://a/\xc3\xa4{x}|\"?q=<\xc3\xa4>");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->path, "/%C3%A4%7Bx%7D%7C%22");
  EXPECT_EQ(url->query, "q=%3C%C3%A4%3E");
  EXPECT_EQ(parseUrl("http://a/%c3")->path, "/%c3");
}

TEST(Url, RefusesWhatIsTooLong) {
  EXPECT_EQ(hostOf("http://a/" + std::string(kMaxUrlBytes, 'x')), "refused");
  EXPECT_EQ(hostOf("http://" + std::string(254, 'a') + "/"), "refused");
}

TEST(Url, ErrorsSayWhyAndKeepTheUrlToTheLog) {
  auto url = parseUrl("http://user:hunter2@a/");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(url.error().message.find("hunter2"), std::string::npos);
}

TEST(ResolveUrl, FollowsRfc3986) {
  auto base = *parseUrl("http://a/b/c/d?q");
  auto resolved = [&](std::string_view reference) { return resolveUrl(base, reference)->text(); };
  EXPECT_EQ(resolved("g"), "http://a/b/c/g");
  EXPECT_EQ(resolved("./g/"), "http://a/b/c/g/");
  EXPECT_EQ(resolved("/g"), "http://a/g");
  EXPECT_EQ(resolved("//g"), "http://g/");
  EXPECT_EQ(resolved("?y"), "http://a/b/c/d?y");
  EXPECT_EQ(resolved(""), "http://a/b/c/d?q");
  EXPECT_EQ(resolved("#s"), "http://a/b/c/d?q");
  EXPECT_EQ(resolved(".."), "http://a/b/");
  EXPECT_EQ(resolved("../g"), "http://a/b/g");
  EXPECT_EQ(resolved("../../../../g"), "http://a/g");
  EXPECT_EQ(resolved("g?y/../x"), "http://a/b/c/g?y/../x");
  EXPECT_EQ(resolved("https://h:9/x"), "https://h:9/x");
}

TEST(ResolveUrl, RefusesForeignSchemesAndHostileTexts) {
  auto base = *parseUrl("http://a/");
  for (auto text : {"javascript:alert(1)", "file:///x", "ftp://b/", "http://u@b/", "/\r\nX: y",
                    "\\\\b\\c", "/\\b"}) {
    EXPECT_FALSE(resolveUrl(base, text)) << text;
  }
}

TEST(OriginOf, IsEmptyForWhatIsNoHttpUrl) {
  EXPECT_EQ(originOf("HTTPS://A:443/x"), "https://a");
  EXPECT_EQ(originOf("ftp://a"), "");
}

}  // namespace
}  // namespace executor::net
