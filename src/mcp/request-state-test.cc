// Attacks on the state that a client keeps for us: it opens for the same request of the same
// caller in time, and for nothing else.
#include "mcp/request-state.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace executor::mcp {
namespace {

class McpRequestState : public testing::Test {
 protected:
  static Call call(std::string arguments = R"({"code":"return 1"})") {
    Call out;
    out.era = Era::modern;
    out.method = "tools/call";
    out.principal = {.accountId = "acc", .workspaceId = "ws", .keyId = "key"};
    out.params = {{"name", "execute"}, {"arguments", *parseJson(arguments)}};
    return out;
  }
  std::string sealed(EpochMs life = 1000) {
    return states_.seal(call(), {{"executionId", "task_1"}}, clock_.now() + life);
  }
  void expectRefused(const Result<json::object>& opened, std::string_view because) {
    ASSERT_FALSE(opened) << because;
    EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(opened.error().message.find(because), std::string::npos) << opened.error().message;
    EXPECT_NE(opened.error().hint, "");
  }

  Key256 master_ = randomKey();
  ManualClock clock_{1'800'000'000'000};
  RequestStates states_{master_, clock_};
};

TEST_F(McpRequestState, OpensForTheSameRequestOfTheSameCallerAgainAndAgain) {
  auto state = sealed();
  for (int i = 0; i < 3; ++i) {
    auto payload = states_.open(call(), state);
    ASSERT_TRUE(payload);
    EXPECT_EQ(findString(*payload, "executionId"), "task_1");
  }
}

TEST_F(McpRequestState, OpensAfterARestartAndOnAnotherServerOfTheSameStore) {
  auto state = sealed();
  RequestStates other(master_, clock_);
  EXPECT_TRUE(other.open(call(), state));
}

TEST_F(McpRequestState, TellsNothingOfWhatIsInside) {
  EXPECT_EQ(sealed().find("task_1"), std::string::npos);
  EXPECT_NE(sealed(), sealed()) << "two states of the same request cannot be told to be so";
}

TEST_F(McpRequestState, AForgedOneIsRefused) {
  Key256 guess = randomKey();
  auto forged =
      RequestStates(guess, clock_).seal(call(), {{"executionId", "task_2"}}, clock_.now() + 1000);
  expectRefused(states_.open(call(), forged), "not made by this server");
  for (const char* text : {"", "x", "=", "AAAA", "{}", "\xff\xfe"}) {
    expectRefused(states_.open(call(), text), "not made by this server");
  }
}

TEST_F(McpRequestState, EverySingleChangeIsNoticed) {
  const auto state = sealed();
  for (std::size_t i = 0; i < state.size(); ++i) {
    auto changed = state;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    auto opened = states_.open(call(), changed);
    EXPECT_FALSE(opened) << i;
  }
  EXPECT_FALSE(states_.open(call(), state + "-TAMPERED"));
  EXPECT_FALSE(states_.open(call(), state.substr(0, state.size() - 4)));
}

TEST_F(McpRequestState, TheMasterKeyItselfOpensNothing) {
  // A value sealed for another purpose with the same master key is no state.
  auto other = base64UrlEncode(executor::seal(master_, "{}", "mcp request state v1"));
  expectRefused(states_.open(call(), other), "not made by this server");
}

TEST_F(McpRequestState, AnExpiredOneIsRefused) {
  auto state = sealed(1000);
  clock_.advance(999);
  EXPECT_TRUE(states_.open(call(), state));
  clock_.advance(1);
  expectRefused(states_.open(call(), state), "expired");
}

TEST_F(McpRequestState, AForeignOneIsRefused) {
  auto state = sealed();
  for (auto change : {&Principal::accountId, &Principal::workspaceId, &Principal::keyId}) {
    auto other = call();
    other.principal.*change = "other";
    expectRefused(states_.open(other, state), "another caller");
  }
}

TEST_F(McpRequestState, ReplayedWithAnotherRequestItIsRefused) {
  auto state = sealed();
  expectRefused(states_.open(call(R"({"code":"return 2"})"), state), "another request");
  auto tool = call();
  tool.params["name"] = "resume";
  expectRefused(states_.open(tool, state), "another request");
  auto method = call();
  method.method = "prompts/get";
  expectRefused(states_.open(method, state), "another request");
}

TEST_F(McpRequestState, WhatDiffersBetweenRoundsDoesNotMatter) {
  auto state = sealed();
  auto retry = call();
  retry.id = 2;
  retry.params["requestState"] = state;
  retry.params["inputResponses"] = json::object{{"a", 1}};
  retry.params["_meta"] = json::object{{"x", 1}};
  EXPECT_TRUE(states_.open(retry, state));
  EXPECT_TRUE(states_.open(call(R"({ "code" : "return 1" })"), state)) << "equal arguments";
}

TEST_F(McpRequestState, AnOverlongOneIsNotEvenDecoded) {
  expectRefused(states_.open(call(), std::string(kMaxRequestStateBytes + 1, 'A')), "not made");
}

TEST_F(McpRequestState, TheMembersOfARequestAreReadStrictly) {
  Call plain = call();
  EXPECT_EQ(*requestStateOf(plain), "");
  EXPECT_TRUE(inputResponsesOf(plain)->empty());
  for (const char* text : {"null", "5", "{}", "[]", R"("")"}) {
    auto bad = call();
    bad.params["requestState"] = *parseJson(text);
    EXPECT_FALSE(requestStateOf(bad)) << text;
  }
  for (const char* text : {"null", "5", R"("x")", "[]"}) {
    auto bad = call();
    bad.params["inputResponses"] = *parseJson(text);
    EXPECT_FALSE(inputResponsesOf(bad)) << text;
  }
}

}  // namespace
}  // namespace executor::mcp
