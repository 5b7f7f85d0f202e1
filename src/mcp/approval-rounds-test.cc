// Multi round-trip requests over the real endpoint: who is asked, what an answer does, and the
// attacks on both.
#include "mcp/approval-rounds.h"

#include "mcp/mcp-fixture.h"

namespace executor::mcp {
namespace {

class McpRounds : public McpFixture {
 protected:
  McpRounds() {
    capabilities_ = R"({"elicitation":{}})";
    executions_.startState = execution::State::waiting;
    executions_.onWait = [this] { settle(); };
  }

  // What the real service does: a program that waits for its approvals goes on when all are
  // decided.
  void settle() {
    auto& last = executions_.items.back();
    if (approvals_.items.empty()) {
      for (int i = 0; i < questions_; ++i) plantApproval(last.id, "approval_" + std::to_string(i));
    }
    bool pending = std::ranges::any_of(approvals_.items,
                                       [](const auto& item) { return item.status == "pending"; });
    if (!pending) last.state = execution::State::completed;
  }
  void plantApproval(const std::string& executionId, const std::string& id) {
    approvals_.items.push_back({.id = id,
                                .workspaceId = first_.workspaceId,
                                .executionId = executionId,
                                .toolPath = "github.issues.create",
                                .summary = "Create an issue",
                                .status = "pending",
                                .inputJson = R"({"title":"x"})",
                                .expiresAt = clock_.now() + 1000});
  }
  // One tools/call of execute; `more` continues its params.
  api::Reply call(const std::string& more = "", const std::string& code = "return 42") {
    return modern("tools/call", R"(,"name":"execute","arguments":{"code":")" + code + "\"}" + more,
                  {{"mcp-name", "execute"}});
  }
  json::object round(const std::string& more = "") { return resultOf(call(more)); }
  static std::string stateOf(const json::object& result) {
    return std::string(findString(result, "requestState"));
  }
  static std::string retry(const std::string& state, const std::string& responses = "{}") {
    return R"(,"requestState":")" + state + R"(","inputResponses":)" + responses;
  }
  static std::string approve(int n) {
    return R"("approval_)" + std::to_string(n) +
           R"(":{"action":"accept","content":{"decision":"approve"}})";
  }
  void useKeyWithoutApproval() { key_ = run(identity_->createKey(owner(), "agent", false))->key; }

  int questions_ = 1;
};

TEST_F(McpRounds, AWaitingCallIsAnsweredWithOneQuestionPerApproval) {
  questions_ = 2;
  auto result = round();
  EXPECT_EQ(findString(result, "resultType"), "input_required");
  const auto* requests = findObject(result, "inputRequests");
  ASSERT_TRUE(requests);
  ASSERT_EQ(requests->size(), 2u);
  const auto& question = requests->at("approval_0").as_object();
  EXPECT_EQ(findString(question, "method"), "elicitation/create");
  const auto& params = *findObject(question, "params");
  EXPECT_EQ(findString(params, "mode"), "form");
  EXPECT_NE(findString(params, "message").find("github.issues.create"), std::string_view::npos);
  EXPECT_FALSE(result.contains("content")) << "nothing is complete yet";
  EXPECT_FALSE(stateOf(result).empty());
}

TEST_F(McpRounds, OnlyCallsAreAnsweredWithQuestions) {
  round();
  for (const char* method : {"tools/list", "server/discover"}) {
    auto result = resultOf(modern(method, R"(,"inputResponses":{},"requestState":"x")"));
    EXPECT_EQ(findString(result, "resultType"), "complete") << method;
  }
}

TEST_F(McpRounds, NothingIsAskedUnlessTheExecutionWaits) {
  questions_ = 0;  // nothing pending: over at the first look
  EXPECT_EQ(findString(round(), "resultType"), "complete");
}

TEST_F(McpRounds, AnApprovingAnswerDecidesAndTheSameRequestReturnsTheResult) {
  auto result = round(retry(stateOf(round()), "{" + approve(0) + "}"));
  EXPECT_EQ(findString(result, "resultType"), "complete");
  EXPECT_EQ(textOf(result), "42");
  EXPECT_EQ(approvals_.items.front().status, "approved");
  EXPECT_EQ(approvals_.items.front().decidedBy, first_.accountId);
  EXPECT_EQ(executions_.started.size(), 1u) << "the second round starts nothing";
}

TEST_F(McpRounds, ADenyingOrDecliningAnswerDenies) {
  for (const char* answer : {R"({"action":"accept","content":{"decision":"deny","reason":"no"}})",
                             R"({"action":"decline"})"}) {
    approvals_.items.clear();
    auto result = round(retry(stateOf(round()), std::string(R"({"approval_0":)") + answer + "}"));
    EXPECT_EQ(findString(result, "resultType"), "complete") << answer;
    EXPECT_EQ(approvals_.items.front().status, "denied") << answer;
  }
}

TEST_F(McpRounds, WhoCancelsIsNotAskedAgainAtOnce) {
  auto result = round(retry(stateOf(round()), R"({"approval_0":{"action":"cancel"}})"));
  EXPECT_EQ(findString(result, "resultType"), "complete");
  EXPECT_EQ(approvals_.items.front().status, "pending");
  EXPECT_EQ(findString(*findObject(result, "structuredContent"), "status"), "waiting");
}

TEST_F(McpRounds, WhatIsMissingIsAskedForAgain) {
  questions_ = 2;
  auto second = round(retry(stateOf(round()), "{" + approve(0) + "}"));
  EXPECT_EQ(findString(second, "resultType"), "input_required");
  EXPECT_EQ(findObject(second, "inputRequests")->size(), 1u);
  EXPECT_TRUE(findObject(second, "inputRequests")->contains("approval_1"));
  auto third = round(retry(stateOf(second), "{" + approve(1) + "}"));
  EXPECT_EQ(findString(third, "resultType"), "complete");
}

TEST_F(McpRounds, TheSameStateAgainReturnsTheFinalStateAndDecidesNothing) {
  auto state = stateOf(round());
  round(retry(state, "{" + approve(0) + "}"));
  auto decidedAt = approvals_.items.front().decidedBy;
  approvals_.items.front().reason = "first";
  auto again = round(
      retry(state,
            R"({"approval_0":{"action":"accept","content":{"decision":"deny","reason":"late"}}})"));
  EXPECT_EQ(findString(again, "resultType"), "complete") << "a lost reply loses nothing (D15)";
  EXPECT_EQ(textOf(again), "42");
  EXPECT_EQ(approvals_.items.front().status, "approved");
  EXPECT_EQ(approvals_.items.front().reason, "first");
  EXPECT_EQ(executions_.started.size(), 1u);
}

TEST_F(McpRounds, AnswersToQuestionsNeverAskedAreIgnored) {
  plantApproval("task_other", "approval_9");
  plantApproval("task_other", "approval_8");
  approvals_.items.erase(approvals_.items.begin());
  auto& other = approvals_.items.front();
  executions_.onWait = [this] {
    if (approvals_.items.size() == 1) plantApproval(executions_.items.back().id, "approval_0");
  };
  auto state = stateOf(round());
  auto result =
      round(retry(state, "{" + approve(8) + R"(,"nonsense":5,"approval_0":{"action":"cancel"}})"));
  EXPECT_EQ(other.status, "pending") << "an approval that this state does not name";
  EXPECT_EQ(findString(result, "resultType"), "complete");
}

TEST_F(McpRounds, AnswersWithoutAStateAreRefusedAndNothingRuns) {
  auto reply = call(R"(,"inputResponses":{)" + approve(0) + "}");
  EXPECT_EQ(rpcCode(reply), -32602);
  EXPECT_TRUE(executions_.started.empty());
}

TEST_F(McpRounds, AnIllFormedAnswerIsAnErrorAndDecidesNothing) {
  questions_ = 2;
  auto state = stateOf(round());
  for (const char* bad : {"5", "null", "{}", R"({"action":"maybe"})", R"({"action":"accept"})",
                          R"({"action":"accept","content":{"decision":"perhaps"}})"}) {
    auto reply = call(retry(state, "{" + approve(0) + R"(,"approval_1":)" + bad + "}"));
    EXPECT_EQ(rpcCode(reply), -32602) << bad;
    EXPECT_EQ(approvals_.items.front().status, "pending") << "all are read before one decides";
  }
  EXPECT_EQ(rpcCode(call(R"(,"requestState":")" + state + R"(","inputResponses":[])")), -32602);
}

TEST_F(McpRounds, AForgedStateIsRefusedAndNothingHappens) {
  auto state = stateOf(round());
  for (const auto& forged : {state + "-TAMPERED", std::string("x"), "A" + state.substr(1)}) {
    if (forged == state) continue;
    auto reply = call(retry(forged, "{" + approve(0) + "}"));
    EXPECT_EQ(rpcCode(reply), -32602) << forged;
  }
  EXPECT_EQ(approvals_.items.front().status, "pending");
  EXPECT_EQ(executions_.started.size(), 1u);
}

TEST_F(McpRounds, AnExpiredStateIsRefusedAndNothingHappens) {
  auto state = stateOf(round());
  clock_.advance(1000);  // the approval's life
  EXPECT_EQ(rpcCode(call(retry(state, "{" + approve(0) + "}"))), -32602);
  EXPECT_EQ(approvals_.items.front().status, "pending");
}

TEST_F(McpRounds, AStateOfAnotherCallersIsRefusedAndNothingHappens) {
  auto state = stateOf(round());
  key_ = run(identity_->createKey(owner(), "other", true))->key;
  EXPECT_EQ(rpcCode(call(retry(state, "{" + approve(0) + "}"))), -32602);
  EXPECT_EQ(approvals_.items.front().status, "pending");
  EXPECT_EQ(executions_.started.size(), 1u);
}

TEST_F(McpRounds, AStateWithAnotherRequestIsRefusedAndNothingHappens) {
  auto state = stateOf(round());
  EXPECT_EQ(rpcCode(call(retry(state, "{" + approve(0) + "}"), "return 43")), -32602);
  EXPECT_EQ(approvals_.items.front().status, "pending");
  EXPECT_EQ(executions_.started.size(), 1u);
}

TEST_F(McpRounds, AKeyThatMayNotApproveIsNotAskedByForm) {
  useKeyWithoutApproval();
  auto result = round();
  EXPECT_EQ(findString(result, "resultType"), "complete");  // D1: nobody approves himself
  EXPECT_EQ(findString(*findObject(result, "structuredContent"), "status"), "waiting");
}

TEST_F(McpRounds, APageIsShownByUrlAndItsAnswerDecidesNothing) {
  useKeyWithoutApproval();
  capabilities_ = R"({"elicitation":{"url":{}}})";
  auto first = round();
  const auto& params =
      *findObject(*findObject(*findObject(first, "inputRequests"), "approval_0"), "params");
  EXPECT_EQ(findString(params, "mode"), "url");
  EXPECT_NE(findString(params, "url").find("/approvals/approval_0"), std::string_view::npos);
  auto second = round(retry(stateOf(first), "{" + approve(0) + "}"));
  EXPECT_EQ(findString(second, "resultType"), "input_required") << "still undecided";
  EXPECT_EQ(executions_.lastGrace, kPageGrace) << "time to read the page";
  EXPECT_EQ(approvals_.items.front().status, "pending");
  auto third = round(retry(stateOf(second), R"({"approval_0":{"action":"decline"}})"));
  EXPECT_EQ(findString(third, "resultType"), "complete");
  EXPECT_EQ(approvals_.items.front().status, "pending") << "only the page decides";
}

TEST_F(McpRounds, AClientWithoutElicitationIsToldToResume) {
  capabilities_ = "{}";
  auto result = round();
  EXPECT_EQ(findString(result, "resultType"), "complete");
  EXPECT_NE(textOf(result).find("resume"), std::string::npos);
}

TEST_F(McpRounds, ResumeIsListedOnlyForClientsWithoutABetterWayAndAlwaysAnswers) {
  auto names = [&] {
    std::string out;
    for (const auto& tool : *findArray(resultOf(modern("tools/list")), "tools")) {
      out += std::string(findString(tool, "name")) + " ";
    }
    return out;
  };
  EXPECT_EQ(names(), "execute ");
  capabilities_ = "{}";
  EXPECT_EQ(names(), "execute resume ");  // D17
  capabilities_ = R"({"elicitation":{}})";
  plant(first_.workspaceId, "mine");
  executions_.onWait = nullptr;
  auto reply = modern("tools/call", R"(,"name":"resume","arguments":{"taskId":"task_mine"})",
                      {{"mcp-name", "resume"}});
  EXPECT_EQ(findString(resultOf(reply), "resultType"), "input_required");
}

TEST_F(McpRounds, AnOverrideThatNamesNoWayIsAnErrorAndNothingRuns) {
  Fields headers = {{"x-api-key", first_.agentKey},
                    {"content-type", "application/json"},
                    {"mcp-protocol-version", "2026-07-28"},
                    {"mcp-method", "tools/call"},
                    {"mcp-name", "execute"}};
  auto reply = ApiFixture::send(
      "POST", "/mcp/anonymous?approvals=yes", headers,
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute",)"
      R"("arguments":{"code":"1"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
      R"("io.modelcontextprotocol/clientCapabilities":{}}}})");
  EXPECT_EQ(rpcCode(reply), -32602) << reply.body;
  EXPECT_TRUE(executions_.started.empty());
}

}  // namespace
}  // namespace executor::mcp
