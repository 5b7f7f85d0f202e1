#include "net/egress.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/json.h"
#include "net/url.h"

namespace executor::net {
namespace {

namespace ip = boost::asio::ip;

bool allows(const EgressPolicy& policy, const char* address, std::uint16_t port = 80) {
  auto verdict = policy.check(ip::make_address(address), port);
  if (!verdict) EXPECT_EQ(verdict.error().code, ErrorCode::egress_denied);
  return verdict.has_value();
}

EgressPolicy policy(std::string_view text) { return *EgressPolicy::parse(text); }

// The corpora lie beside the repository, or where EXECUTOR_CORPORA says; they are not part of it.
std::filesystem::path ssrfCorpus(std::string_view file) {
  const char* given = std::getenv("EXECUTOR_CORPORA");
  auto root = given != nullptr
                  ? std::filesystem::path(given)
                  : std::filesystem::path(EXECUTOR_SOURCE_DIR) / ".." / "shared" / "corpora";
  return root / "ssrf" / file;
}

TEST(Egress, PrivateAllowsLoopbackPrivateAndPublic) {
  auto rules = policy("private");
  for (auto address : {"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1",
                       "8.8.8.8", "::1", "fd12::1", "2606:4700::1111"}) {
    EXPECT_TRUE(allows(rules, address)) << address;
  }
}

TEST(Egress, PrivateIsTheDefault) {
  EgressPolicy rules;
  EXPECT_TRUE(allows(rules, "127.0.0.1"));
  EXPECT_FALSE(allows(rules, "169.254.169.254"));
}

TEST(Egress, PrivateAndPublicRefuseMetadataLinkLocalAndUnspecified) {
  for (auto name : {"private", "public"}) {
    auto rules = policy(name);
    for (auto address :
         {"169.254.169.254", "169.254.170.2", "169.254.0.1", "100.100.100.200", "192.0.0.192",
          "168.63.129.16", "fd00:ec2::254", "fd20:ce::254", "fe80::1", "fec0::1", "0.0.0.0",
          "0.1.2.3", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1"}) {
      EXPECT_FALSE(allows(rules, address)) << name << " " << address;
    }
  }
}

TEST(Egress, PublicAllowsGlobalUnicastOnly) {
  auto rules = policy("public");
  for (auto address : {"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1",
                       "2606:4700::1111", "2a00:1450::1"}) {
    EXPECT_TRUE(allows(rules, address)) << address;
  }
  for (auto address :
       {"127.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1",
        "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "::1", "fc00::1",
        "fd00::1", "2001:db8::1", "2001::1", "3fff::1", "100::1", "4000::1"}) {
    EXPECT_FALSE(allows(rules, address)) << address;
  }
}

TEST(Egress, Ipv4InsideIpv6IsJudgedAsIpv4) {
  auto rules = policy("private");
  for (auto address : {"::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
                       "::ffff:0:169.254.169.254"}) {
    EXPECT_FALSE(allows(rules, address)) << address;
  }
  EXPECT_TRUE(allows(rules, "::ffff:10.0.0.1"));
  EXPECT_FALSE(allows(policy("public"), "::ffff:10.0.0.1"));
  EXPECT_FALSE(allows(policy("public"), "2002:7f00:1::"));
  EXPECT_TRUE(allows(policy("public"), "64:ff9b::808:808"));
}

TEST(Egress, AListAllowsExactlyItsNetworks) {
  auto rules = policy("10.0.0.0/8, 192.168.1.7, fd00::/8");
  EXPECT_TRUE(allows(rules, "10.255.0.1"));
  EXPECT_TRUE(allows(rules, "::ffff:10.1.1.1"));
  EXPECT_TRUE(allows(rules, "192.168.1.7"));
  EXPECT_TRUE(allows(rules, "fdff::1"));
  for (auto address : {"11.0.0.1", "192.168.1.8", "127.0.0.1", "8.8.8.8", "fe80::1"}) {
    EXPECT_FALSE(allows(rules, address)) << address;
  }
}

TEST(Egress, PrefixesThatEndInsideAByteAreExact) {
  auto rules = policy("10.0.0.128/25,10.4.0.0/15");
  EXPECT_TRUE(allows(rules, "10.0.0.128"));
  EXPECT_FALSE(allows(rules, "10.0.0.127"));
  EXPECT_TRUE(allows(rules, "10.5.255.1"));
  EXPECT_FALSE(allows(rules, "10.6.0.1"));
}

TEST(Egress, AListThatIsNoneIsInvalidConfiguration) {
  for (auto text : {"", "all", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8,", "10.0.0/8", "fd00::/129",
                    "10.0.0.0/-1"}) {
    auto rules = EgressPolicy::parse(text);
    ASSERT_FALSE(rules) << text;
    EXPECT_EQ(rules.error().code, ErrorCode::invalid_configuration);
  }
}

TEST(Egress, OwnListenerIsRefusedOnEveryPolicy) {
  for (auto name : {"private", "127.0.0.0/8"}) {
    auto rules = policy(name);
    rules.refuseOwn(ip::make_address("127.0.0.1"), 4788);
    EXPECT_FALSE(allows(rules, "127.0.0.1", 4788));
    EXPECT_FALSE(allows(rules, "::ffff:127.0.0.1", 4788));
    EXPECT_TRUE(allows(rules, "127.0.0.1", 4789));
  }
}

TEST(Egress, AListenerOnEverythingIsRefusedOnEveryLoopbackAddress) {
  auto rules = policy("private");
  rules.refuseOwn(ip::make_address("0.0.0.0"), 4788);
  for (auto address : {"127.0.0.1", "127.9.9.9", "::1", "0.0.0.0"}) {
    EXPECT_FALSE(allows(rules, address, 4788)) << address;
  }
  EXPECT_TRUE(allows(rules, "127.0.0.1", 80));
}

TEST(Egress, RefusalNamesAddressReasonAndFix) {
  auto verdict = policy("private").check(ip::make_address("169.254.169.254"), 80);
  EXPECT_NE(verdict.error().message.find("169.254.169.254"), std::string::npos);
  EXPECT_NE(verdict.error().message.find("metadata"), std::string::npos);
  EXPECT_NE(verdict.error().hint.find("EXECUTOR_EGRESS"), std::string::npos);
}

// What the standard's parser says of the same text. We may refuse more, but what we accept must be
// the same host, and a literal in a special range must not pass `public`.
void expectGuarded(const json::value& vector, const EgressPolicy& rules, int& denied) {
  auto text = findString(vector, "url");
  auto url = parseUrl(text);
  if (!url) return;
  const auto& oracle = vector.at("whatwg");
  ASSERT_TRUE(findBool(oracle, "ok")) << text;
  auto host = url->address && url->address->is_v6() ? "[" + url->host + "]" : url->host;
  if (url->address && url->address->is_v4())
    EXPECT_EQ(host, findString(oracle, "hostname")) << text;
  if (!url->address) EXPECT_EQ(host, findString(oracle, "hostname")) << text;
  if (!findBool(oracle, "private_literal") || !url->address) return;
  ++denied;
  EXPECT_FALSE(rules.check(*url->address, url->port)) << text;
}

TEST(Egress, PublicListsOfBypassesDoNotPass) {
  std::ifstream file(ssrfCorpus("ssrf-urls.jsonl"));
  // The corpus is material of the project's machine, not part of a clone.
  if (!file) GTEST_SKIP() << "no ssrf corpus; set EXECUTOR_CORPORA to run it";
  auto rules = policy("public");
  int denied = 0;
  for (std::string line; std::getline(file, line);) {
    auto vector = parseJson(line);
    ASSERT_TRUE(vector) << line;
    expectGuarded(*vector, rules, denied);
  }
  EXPECT_GT(denied, 300);
}

TEST(Egress, CloudMetadataAddressesDoNotPassThePrivatePolicy) {
  std::ifstream file(ssrfCorpus("cloud-metadata.txt"));
  // As above.
  if (!file) GTEST_SKIP() << "no ssrf corpus; set EXECUTOR_CORPORA to run it";
  auto rules = policy("private");
  int literals = 0;
  for (std::string line; std::getline(file, line);) {
    // Placeholders in brackets stand in paths; loopback entries are Kubernetes' local ports.
    auto url = parseUrl(line.substr(0, line.find('[', 10)));
    if (!url || !url->address || url->address->is_loopback()) continue;
    ++literals;
    EXPECT_FALSE(rules.check(*url->address, url->port)) << line;
  }
  EXPECT_GT(literals, 10);
}

}  // namespace
}  // namespace executor::net
