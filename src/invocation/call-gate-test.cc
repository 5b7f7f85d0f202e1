#include <gtest/gtest.h>

#include "invocation/invoker.h"

namespace executor::invocation {
namespace {

ErrorCode codeOf(const Status& status) {
  return status ? ErrorCode::internal : status.error().code;
}

TEST(CallGate, AdmitsEachNumberOnceInAnyOrder) {
  CallGate gate;
  const std::string token = gate.open("task_1");
  EXPECT_TRUE(gate.admit("task_1", token, 3));
  EXPECT_TRUE(gate.admit("task_1", token, 1));
  EXPECT_EQ(codeOf(gate.admit("task_1", token, 3)), ErrorCode::forbidden);
  EXPECT_EQ(codeOf(gate.admit("task_1", token, 1)), ErrorCode::forbidden);
  EXPECT_TRUE(gate.admit("task_1", token, 2));
  EXPECT_EQ(gate.refused(), 2u);
}

TEST(CallGate, RefusesATokenOfAnotherExecution) {
  CallGate gate;
  const std::string first = gate.open("task_1");
  const std::string second = gate.open("task_2");
  EXPECT_NE(first, second);
  EXPECT_EQ(codeOf(gate.admit("task_1", second, 1)), ErrorCode::forbidden);
  EXPECT_EQ(codeOf(gate.admit("task_1", "", 1)), ErrorCode::forbidden);
  EXPECT_EQ(codeOf(gate.admit("task_1", first + "x", 1)), ErrorCode::forbidden);
  EXPECT_TRUE(gate.admit("task_1", first, 1)) << "a refusal must not burn the number";
}

TEST(CallGate, RefusesAFinishedExecution) {
  CallGate gate;
  const std::string token = gate.open("task_1");
  gate.close("task_1");
  EXPECT_EQ(codeOf(gate.admit("task_1", token, 1)), ErrorCode::forbidden);
  gate.close("task_1");
}

TEST(CallGate, RefusesNumbersOutOfRange) {
  CallGate gate;
  const std::string token = gate.open("task_1");
  EXPECT_EQ(codeOf(gate.admit("task_1", token, 0)), ErrorCode::forbidden);
  EXPECT_EQ(codeOf(gate.admit("task_1", token, kMaxCallNumber + 1)), ErrorCode::forbidden);
  EXPECT_TRUE(gate.admit("task_1", token, kMaxCallNumber));
}

TEST(CallGate, TellsNothingAboutOtherExecutions) {
  CallGate gate;
  const std::string token = gate.open("task_1");
  EXPECT_EQ(gate.admit("task_1", "wrong", 1).error().message,
            gate.admit("task_9", token, 1).error().message);
}

TEST(CallGate, ATokenIsThirtyTwoRandomBytes) {
  CallGate gate;
  EXPECT_GE(gate.open("task_1").size(), 43u);
}

struct OptionCase {
  std::string_view text;
  ErrorCode code;
};

TEST(CallOptions, RefusesWhatItDoesNotKnow) {
  const OptionCase cases[] = {
      {"[", ErrorCode::invalid_json},
      {"[]", ErrorCode::invalid_argument},
      {"1", ErrorCode::invalid_argument},
      {R"({"reponse":"full"})", ErrorCode::unknown_option},
      {R"({"response":"all"})", ErrorCode::invalid_argument},
      {R"({"response":1})", ErrorCode::invalid_argument},
      {R"({"connection":1})", ErrorCode::invalid_argument},
      {R"({"timeoutMs":0})", ErrorCode::invalid_argument},
      {R"({"timeoutMs":300001})", ErrorCode::invalid_argument},
      {R"({"timeoutMs":1.5})", ErrorCode::invalid_argument},
      {R"({"idempotencyKey":""})", ErrorCode::invalid_argument},
      {R"({"idempotencyKey":"a b"})", ErrorCode::invalid_argument},
      {"{\"idempotencyKey\":\"a\\r\\nX-Evil: 1\"}", ErrorCode::invalid_argument},
  };
  for (const OptionCase& one : cases) {
    const auto parsed = CallOptions::parse(one.text);
    ASSERT_FALSE(parsed) << one.text;
    EXPECT_EQ(parsed.error().code, one.code) << one.text;
  }
  const std::string longKey =
      R"({"idempotencyKey":")" + std::string(kMaxIdempotencyKeyBytes + 1, 'k') + "\"}";
  EXPECT_FALSE(CallOptions::parse(longKey));
}

TEST(CallOptions, NamesTheNearestOption) {
  const auto parsed = CallOptions::parse(R"({"reponse":"full"})");
  EXPECT_NE((parsed.error().message + parsed.error().hint).find("response"), std::string::npos);
}

TEST(CallOptions, ReadsWhatD20Names) {
  const auto parsed = CallOptions::parse(
      R"({"response":"full","connection":"work","timeoutMs":1000,"idempotencyKey":"k-1"})");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->fullResponse);
  EXPECT_EQ(parsed->connection, "work");
  EXPECT_EQ(parsed->timeoutMs, 1000u);
  EXPECT_EQ(parsed->idempotencyKey, "k-1");
  EXPECT_FALSE(CallOptions::parse("")->fullResponse);
  EXPECT_FALSE(CallOptions::parse(R"({"response":"body"})")->fullResponse);
}

}  // namespace
}  // namespace executor::invocation
