#include "base/config-values.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace executor::config {
namespace {

using Texts = std::initializer_list<std::string_view>;

void expectAll(bool (*valid)(std::string_view), Texts good, Texts bad) {
  for (const auto text : good) EXPECT_TRUE(valid(text)) << text;
  for (const auto text : bad) EXPECT_FALSE(valid(text)) << text;
}

TEST(ConfigValues, ListenIsAnAddressAndAPort) {
  expectAll(isListen, {"127.0.0.1:4788", "0.0.0.0:0", "[::1]:65535", "localhost:80"},
            {"", "4788", ":4788", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80",
             "[127.0.0.1]:80", "example.com:80", "127.0.0.1:80x", "127.0.0.1:-1"});
  EXPECT_EQ(readListen("[::1]:4788")->host, "::1");
  EXPECT_EQ(readListen("localhost:4788")->host, "127.0.0.1");
  EXPECT_EQ(readListen("localhost:4788")->port, 4788);
}

TEST(ConfigValues, FlagsHaveFourSpellingsEach) {
  for (const std::string_view text : {"1", "true", "YES", "On"}) EXPECT_EQ(readFlag(text), true);
  for (const std::string_view text : {"0", "False", "no", "OFF"}) EXPECT_EQ(readFlag(text), false);
  for (const std::string_view text : {"", "2", "y", "enabled"}) EXPECT_FALSE(readFlag(text));
}

TEST(ConfigValues, CountsArePositiveAndBounded) {
  expectAll(isCount, {"1", "2147483647"}, {"0", "-1", "1.5", "1e3", "2147483648", " 1", ""});
}

TEST(ConfigValues, ListsAreTrimmedAndWithoutEmptyItems) {
  EXPECT_EQ(readList(" a, b,,c ,"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(readList(" , ").empty());
}

TEST(ConfigValues, ModesHaveAliases) {
  expectAll(isMode,
            {"self-hosted", "self_hosted", "selfhosted", "cloud", "Hosted", "production", "prod"},
            {"", "local", "dev", "cloud "});
}

TEST(ConfigValues, OriginsHaveNoPath) {
  expectAll(isOrigin, {"https://a.example", "http://127.0.0.1:4788", "https://[::1]:1/"},
            {"a.example", "ftp://a.example", "https://a.example/x", "https://a.example?x",
             "https://u:p@a.example", "https://", "*"});
  expectAll(isOriginList, {"https://a.example, http://b.example:1"}, {"", "https://a.example,*"});
}

TEST(ConfigValues, HostsMayHaveAPort) {
  expectAll(isHostList, {"a.example", "a.example:80,10.0.0.1,[::1]:80"},
            {"", "https://a.example", "a/b", "u@a.example"});
}

TEST(ConfigValues, NetworksAreCidrsOrAddresses) {
  expectAll(isNetworkList, {"10.0.0.0/8", "10.0.0.1", "fd00::/8, ::1"},
            {"", "10.0.0.0/33", "fd00::/129", "example.com", "10.0.0/8"});
}

TEST(ConfigValues, EgressIsAWordOrNetworks) {
  expectAll(isEgress, {"public", "private", "10.0.0.0/8,192.0.2.7"},
            {"", "none", "public,10.0.0.0/8"});
}

TEST(ConfigValues, StoreUrlsNameOneOfThreeStores) {
  expectAll(isStoreUrl,
            {"sqlite:///var/lib/x.db", "postgres://u:p@h:5432/db", "postgresql://h/db", "convex"},
            {"", "sqlite:///", "sqlite://x.db", "mysql://h/db", "postgres:", "Convex"});
}

TEST(ConfigValues, PathsAreAbsoluteOrAtHome) {
  expectAll(isPath, {"/", "/var/lib", "~/.executor"}, {"", "x", "./x", "~", "~other/x"});
}

TEST(ConfigValues, KeysAreThirtyTwoBytesInBase64) {
  expectAll(isKey256, {base64Encode(std::string(32, 'k'))},
            {"", base64Encode(std::string(31, 'k')), base64Encode(std::string(33, 'k')),
             std::string(32, 'k'), base64UrlEncode(std::string(32, '\xff'))});
}

TEST(ConfigValues, OtherGrammarsTakeTheirWordsOnly) {
  expectAll(isLogLevel, {"debug", "info", "warn", "error"}, {"", "INFO", "trace"});
  expectAll(isLogFormat, {"text", "json"}, {"", "xml"});
  expectAll(isJailRequirement, {"best", "full"}, {"", "none"});
  expectAll(isTypeCheck, {"off", "warn", "error"}, {"", "on"});
  expectAll(isRateLimit, {"off", "600/minute", "1/second", "9/hour"},
            {"", "600", "0/minute", "600/day", "600/minute/x"});
  expectAll(isStorageProvider, {"agentfs-local", "agentfs-cloudflare", "cloudflare"}, {"", "s3"});
  expectAll(isToken, {"0123456789abcdef"}, {"", "0123456789abcde"});
  expectAll(isUrl, {"https://a.example/x?y"}, {"", "a.example", "file:///etc/passwd"});
  expectAll(isPem, {"-----BEGIN KEY-----\nAA\n-----END KEY-----\n"}, {"", "AA", "-----BEGIN KEY"});
  EXPECT_TRUE(isAny("anything"));
}

TEST(ConfigValues, MaskUrlHidesThePasswordOnly) {
  EXPECT_EQ(maskUrl("postgres://u:p@ss@h:5432/db"), "postgres://u:***@h:5432/db");
  EXPECT_EQ(maskUrl("postgres://u@h:5432/db?x=a:b@c"), "postgres://u@h:5432/db?x=a:b@c");
  EXPECT_EQ(maskUrl("convex"), "convex");
  EXPECT_EQ(urlPassword("postgres://u:secret@h/db"), "secret");
}

}  // namespace
}  // namespace executor::config
