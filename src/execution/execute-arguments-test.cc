#include <gtest/gtest.h>

#include "execution/executions.h"

namespace executor::execution {
namespace {

Result<ExecuteRequest> parse(std::string_view text) {
  return parseExecuteArguments(parseJson(text)->as_object());
}

TEST(ExecuteArguments, ReadsWhatD19Names) {
  const auto request = parse(R"({"code":"return 1","timeoutMs":600000,"runtimeId":"local",
      "metadata":{"a":1},"typeCheck":"warn","idempotencyKey":"k"})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->code, "return 1");
  EXPECT_EQ(request->timeoutMs, kMaxTimeoutMs);
  EXPECT_EQ(request->metadataJson, R"({"a":1})");
  EXPECT_EQ(request->idempotencyKey, "k");
  EXPECT_FALSE(parse(R"({"code":"x"})")->timeoutMs) << "the workspace's default";
}

TEST(ExecuteArguments, RefusesTheRestAndSaysWhat) {
  const std::pair<std::string, ErrorCode> cases[] = {
      {"{}", ErrorCode::invalid_argument},
      {R"({"code":""})", ErrorCode::invalid_argument},
      {R"({"code":" \n "})", ErrorCode::invalid_argument},
      {R"({"code":1})", ErrorCode::invalid_argument},
      {R"({"code":"x","timeout":5})", ErrorCode::unknown_argument},
      {R"({"code":"x","timeoutMs":0})", ErrorCode::invalid_argument},
      {R"({"code":"x","timeoutMs":600001})", ErrorCode::invalid_argument},
      {R"({"code":"x","timeoutMs":"5"})", ErrorCode::invalid_argument},
      {R"({"code":"x","timeoutMs":1.5})", ErrorCode::invalid_argument},
      {R"({"code":"x","runtimeId":1})", ErrorCode::invalid_argument},
      {R"({"code":"x","metadata":[]})", ErrorCode::invalid_argument},
      {R"({"code":"x","typeCheck":"maybe"})", ErrorCode::invalid_argument},
      {R"({"code":"x","idempotencyKey":""})", ErrorCode::invalid_argument}};
  for (const auto& [text, code] : cases) {
    const auto request = parse(text);
    ASSERT_FALSE(request) << text;
    EXPECT_EQ(request.error().code, code) << text;
    EXPECT_FALSE(request.error().message.empty());
  }
}

TEST(ExecuteArguments, BoundsMetadataAndKey) {
  const std::string big(kMaxMetadataBytes, 'x');
  EXPECT_EQ(parse(R"({"code":"x","metadata":{"a":")" + big + "\"}}").error().code,
            ErrorCode::payload_too_large);
  const std::string key(kMaxIdempotencyKeyBytes + 1, 'k');
  EXPECT_FALSE(parse(R"({"code":"x","idempotencyKey":")" + key + "\"}"));
}

}  // namespace
}  // namespace executor::execution
