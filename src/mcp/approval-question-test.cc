// What a user is asked, and what his answers do; who may answer is D1.
#include "mcp/approval-question.h"

#include "mcp/mcp-fixture.h"

namespace executor::mcp {
namespace {

using Kind = ApprovalAnswer::Kind;

class McpApprovalQuestion : public McpFixture {
 protected:
  McpApprovalQuestion() { plant(first_.workspaceId, "mine"); }

  static approval::ApprovalView view() {
    return {.id = "approval_1",
            .toolPath = "github.issues.create",
            .method = "POST",
            .origin = "https://api.github.com",
            .summary = "Create an issue",
            .inputJson = R"({"title":"Hello","token":"[redacted]"})"};
  }
  static Result<ApprovalAnswer> read(const char* text) {
    return readApprovalAnswer(*parseJson(text));
  }
  Principal key(bool mayApprove) {
    Principal out = owner();
    out.kind = CredentialKind::agent;
    out.mayApprove = mayApprove;
    return out;
  }
  Status apply(Principal principal, ApprovalAnswer answer) {
    auto task = [&]() -> Task<std::optional<Status>> {
      co_return co_await applyApprovalAnswer(approvals_, principal, "approval_mine", answer);
    };
    return *run(task());
  }
  std::string status() const { return approvals_.items.front().status; }
};

TEST_F(McpApprovalQuestion, NamesToolSummaryTargetAndRedactedInput) {
  auto params = *parseJson(formQuestion(view(), true));
  EXPECT_EQ(findString(params, "mode"), "form");
  std::string message(findString(params, "message"));
  for (const char* part : {"github.issues.create", "Create an issue", "https://api.github.com",
                           R"("title":"Hello")", "[redacted]"}) {
    EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
  }
}

TEST_F(McpApprovalQuestion, IsAFlatFormWithADecision) {
  auto params = *parseJson(formQuestion(view(), true));
  const auto* schema = findObject(params, "requestedSchema");
  ASSERT_TRUE(schema);
  EXPECT_EQ(findString(*schema, "type"), "object");
  for (const auto& [name, member] : *findObject(*schema, "properties")) {
    EXPECT_EQ(findString(member, "type"), "string") << name;
  }
}

TEST_F(McpApprovalQuestion, HasNoModeWhereTheRevisionKnowsNone) {
  EXPECT_FALSE(find(*parseJson(formQuestion(view(), false)), "mode"));
}

TEST_F(McpApprovalQuestion, ShowsALongInputWhole) {
  auto long_ = view();
  long_.inputJson = R"({"text":")" + std::string(50'000, 'x') + R"(","end":"rm -rf"})";
  auto params = *parseJson(formQuestion(long_, true));
  EXPECT_NE(findString(params, "message").find("rm -rf"), std::string_view::npos)
      << "what a cut hides could be the part that matters";
}

TEST_F(McpApprovalQuestion, AsAUrlPointsToThePageAndKeepsTheInput) {
  auto params = *parseJson(urlQuestion(view(), "http://here"));
  EXPECT_EQ(findString(params, "mode"), "url");
  EXPECT_EQ(findString(params, "url"), "http://here/approvals/approval_1");
  EXPECT_EQ(findString(params, "elicitationId"), "approval_1");
  EXPECT_EQ(findString(params, "message").find("Hello"), std::string_view::npos);
}

TEST_F(McpApprovalQuestion, IsAnsweredByADecisionAndAReason) {
  auto yes = read(R"({"action":"accept","content":{"decision":"approve","reason":"fine"}})");
  ASSERT_TRUE(yes);
  EXPECT_EQ(yes->kind, Kind::approve);
  EXPECT_EQ(yes->reason, "fine");
  EXPECT_EQ(read(R"({"action":"accept","content":{"decision":"deny"}})")->kind, Kind::deny);
}

TEST_F(McpApprovalQuestion, DeclinedIsANoAndDismissedIsNothing) {
  auto no = read(R"({"action":"decline"})");
  EXPECT_EQ(no->kind, Kind::deny);
  EXPECT_EQ(no->reason, "declined by the user");
  EXPECT_EQ(read(R"({"action":"cancel"})")->kind, Kind::none);
}

TEST_F(McpApprovalQuestion, WithAMalformedAnswerIsNotAnswered) {
  for (const char* text :
       {"{}", R"({"action":"approve"})", R"({"action":"accept"})", "[]", "null",
        R"({"action":"accept","content":{}})", R"({"action":"accept","content":"approve"})",
        R"({"action":"accept","content":{"decision":"Approve"}})",
        R"({"action":"accept","content":{"decision":true}})",
        R"({"action":"accept","content":{"decision":"approve","reason":5}})"}) {
    auto answer = read(text);
    ASSERT_FALSE(answer) << text;
    EXPECT_EQ(answer.error().code, ErrorCode::invalid_argument) << text;
  }
}

TEST_F(McpApprovalQuestion, TakesAReasonUpToItsLimit) {
  auto answer = [](std::size_t size) {
    return readApprovalAnswer(json::object{
        {"action", "accept"},
        {"content", json::object{{"decision", "approve"}, {"reason", std::string(size, 'x')}}}});
  };
  EXPECT_TRUE(answer(approval::kMaxReasonBytes));
  EXPECT_FALSE(answer(approval::kMaxReasonBytes + 1));
}

TEST_F(McpApprovalQuestion, IsDecidedByAKeyThatMayApprove) {
  EXPECT_TRUE(apply(key(true), {Kind::approve, "fine"}));
  EXPECT_EQ(status(), "approved");
  EXPECT_EQ(approvals_.items.front().decidedBy, first_.accountId);
  EXPECT_EQ(approvals_.items.front().reason, "fine");
}

TEST_F(McpApprovalQuestion, IsNotDecidedByAKeyThatMayNot) {
  for (auto kind : {Kind::approve, Kind::deny}) {
    auto applied = apply(key(false), {kind, ""});
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, ErrorCode::forbidden);
  }
  EXPECT_EQ(status(), "pending");
}

TEST_F(McpApprovalQuestion, IsNotDecidedByLookingAway) {
  EXPECT_TRUE(apply(key(true), {Kind::none, ""}));
  EXPECT_EQ(status(), "pending");
}

TEST_F(McpApprovalQuestion, IsDecidedOnce) {
  EXPECT_TRUE(apply(key(true), {Kind::deny, "no"}));
  auto again = apply(key(true), {Kind::approve, "yes"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::already_decided);
  EXPECT_EQ(status(), "denied");
}

TEST_F(McpApprovalQuestion, OfAnotherWorkspaceIsUnknown) {
  auto stranger = key(true);
  stranger.workspaceId = "ws_other";
  EXPECT_FALSE(apply(stranger, {Kind::approve, ""}));
  EXPECT_EQ(status(), "pending");
}

}  // namespace
}  // namespace executor::mcp
