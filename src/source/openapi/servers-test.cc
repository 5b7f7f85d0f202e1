#include "source/openapi/servers.h"

#include <gtest/gtest.h>

namespace executor::source::openapi {
namespace {

// RFC 3986 section 5.4, what of it concerns server URLs.
TEST(Servers, RelativeReferencesResolveAgainstTheDocument) {
  const std::string base = "https://h.test/a/b/doc.json?x=1";
  EXPECT_EQ(resolveUrl(base, "https://o.test/x"), "https://o.test/x");
  EXPECT_EQ(resolveUrl(base, "/v1"), "https://h.test/v1");
  EXPECT_EQ(resolveUrl(base, "v1"), "https://h.test/a/b/v1");
  EXPECT_EQ(resolveUrl(base, "./v1/"), "https://h.test/a/b/v1/");
  EXPECT_EQ(resolveUrl(base, "../v1"), "https://h.test/a/v1");
  EXPECT_EQ(resolveUrl(base, "../../../v1"), "https://h.test/v1");
  EXPECT_EQ(resolveUrl(base, "//o.test/v1"), "https://o.test/v1");
  EXPECT_EQ(resolveUrl(base, "/v1?k=../x"), "https://h.test/v1?k=../x");
  EXPECT_EQ(resolveUrl("https://h.test", "v1"), "https://h.test/v1");
  EXPECT_EQ(resolveUrl("", "/v1"), "/v1");
}

std::vector<std::string> urls(std::string_view text, Warnings& warnings) {
  const auto parsed = parseJson(text).value();
  return serverUrls(&parsed, "https://h.test/doc.json", warnings);
}

TEST(Servers, VariablesAreReplacedByTheirDefaults) {
  Warnings warnings;
  EXPECT_EQ(urls(R"([{"url":"https://{region}.x.test:{port}/{region}",
                     "variables":{"region":{"default":"eu"},"port":{"default":8443}}}])",
                 warnings),
            (std::vector<std::string>{"https://eu.x.test:8443/eu"}));
  EXPECT_TRUE(warnings.take().empty());
}

TEST(Servers, AVariableWithoutDefaultIsAWarning) {
  Warnings warnings;
  EXPECT_EQ(urls(R"([{"url":"https://{region}.x.test"}])", warnings),
            (std::vector<std::string>{"https://{region}.x.test"}));
  EXPECT_EQ(warnings.take().size(), 1u);
}

TEST(Servers, ADefaultThatContainsItsOwnVariableIsReplacedOnce) {
  Warnings warnings;
  EXPECT_EQ(urls(R"([{"url":"https://{a}.test","variables":{"a":{"default":"{a}"}}}])", warnings),
            (std::vector<std::string>{"https://{a}.test"}));
}

TEST(Servers, UnusableEntriesAreSkipped) {
  Warnings warnings;
  EXPECT_EQ(urls(R"([{}, 1, {"url":" "}, {"url":"/v2"}])", warnings),
            (std::vector<std::string>{"https://h.test/v2"}));
}

}  // namespace
}  // namespace executor::source::openapi
