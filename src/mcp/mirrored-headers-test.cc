// What a proxy reads is what the tool gets, or nothing happens.
#include "mcp/mirrored-headers.h"

#include <gtest/gtest.h>

namespace executor::mcp {
namespace {

const std::vector<MirroredArgument> kMirrored = {{"Region", {"region"}},
                                                 {"Depth", {"options", "depth"}}};

Status check(std::string_view arguments,
             const std::vector<std::pair<std::string, std::string>>& fields) {
  net::Headers headers;
  for (const auto& [name, value] : fields) headers.set(name, value);
  return checkMirroredArguments(kMirrored, parseJson(arguments)->as_object(), headers);
}

void expectMismatch(const Status& status) {
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::header_mismatch);
}

TEST(MirroredHeaders, EqualValuesPass) {
  EXPECT_TRUE(check(R"({"region":"us-west1","options":{"depth":3}})",
                    {{"mcp-param-region", "us-west1"}, {"MCP-PARAM-DEPTH", "3"}}));
  EXPECT_TRUE(check(R"({"region":true})", {{"Mcp-Param-Region", "true"}}));
  EXPECT_TRUE(check(R"({"region":42})", {{"Mcp-Param-Region", "42.0"}})) << "numbers by value";
}

TEST(MirroredHeaders, TheBase64FormIsDecodedFirst) {
  EXPECT_TRUE(check(R"({"region":"Hello, 世界"})",
                    {{"Mcp-Param-Region", "=?base64?SGVsbG8sIOS4lueVjA==?="}}));
  EXPECT_TRUE(check(R"({"region":"SGVsbG8="})", {{"Mcp-Param-Region", "SGVsbG8="}}))
      << "without the markers it is literal";
  for (const char* bad : {"=?base64?SGVsbG8?=", "=?base64?SGV%%?=", "=?base64?SGVsbG9?="}) {
    expectMismatch(check(R"({"region":"Hello"})", {{"Mcp-Param-Region", bad}}));
  }
}

TEST(MirroredHeaders, AHeaderThatIsMissingOrSaysSomethingElseIsRefused) {
  expectMismatch(check(R"({"region":"a"})", {}));
  expectMismatch(check(R"({"region":"a"})", {{"Mcp-Param-Region", "b"}}));
  expectMismatch(check(R"({"region":"a"})", {{"Mcp-Param-Region", "A"}}));
  expectMismatch(check(R"({"region":1})", {{"Mcp-Param-Region", "2"}}));
  expectMismatch(check(R"({"region":{}})", {{"Mcp-Param-Region", "{}"}}));
}

TEST(MirroredHeaders, WhatTheBodyDoesNotSayHasNoHeader) {
  EXPECT_TRUE(check("{}", {}));
  EXPECT_TRUE(check(R"({"region":null,"options":5})", {}));
  expectMismatch(check(R"({"region":null})", {{"Mcp-Param-Region", "a"}}));
  expectMismatch(check("{}", {{"Mcp-Param-Depth", "3"}}));
}

}  // namespace
}  // namespace executor::mcp
