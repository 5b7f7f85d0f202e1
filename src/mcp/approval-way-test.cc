// The order of D15, and that nothing undeclared is ever used.
#include "mcp/approval-way.h"

#include <gtest/gtest.h>

namespace executor::mcp {
namespace {

Call declaring(std::string_view capabilities, bool mayApprove = true, Era era = Era::modern) {
  Call call;
  call.era = era;
  call.principal.mayApprove = mayApprove;
  call.capabilities = readCapabilities(parseJson(capabilities)->as_object());
  return call;
}

constexpr std::string_view kAll =
    R"({"elicitation":{"form":{},"url":{}},"extensions":{"io.modelcontextprotocol/tasks":{}}})";

TEST(ApprovalWay, TheFirstThatTheClientDeclaredIsTaken) {
  EXPECT_EQ(*approvalWay(declaring(kAll)), ApprovalWay::tasks);
  EXPECT_EQ(*approvalWay(declaring(R"({"elicitation":{"form":{},"url":{}}})")), ApprovalWay::form);
  EXPECT_EQ(*approvalWay(declaring(R"({"elicitation":{}})")), ApprovalWay::form);
  EXPECT_EQ(*approvalWay(declaring(R"({"elicitation":{"url":{}}})")), ApprovalWay::url);
  EXPECT_EQ(*approvalWay(declaring("{}")), ApprovalWay::resume);
}

TEST(ApprovalWay, AFormIsNotOfferedToAKeyWhoseAnswerDoesNotCount) {
  EXPECT_EQ(*approvalWay(declaring(R"({"elicitation":{}})", false)), ApprovalWay::resume);  // D1
  EXPECT_EQ(*approvalWay(declaring(R"({"elicitation":{"form":{},"url":{}}})", false)),
            ApprovalWay::url);
}

TEST(ApprovalWay, ATasksQuestionsAreAskedAsTheClientDeclared) {
  EXPECT_EQ(questionWay(declaring(kAll)), ApprovalWay::form);
  EXPECT_EQ(questionWay(declaring(kAll, false)), ApprovalWay::url);
  EXPECT_EQ(questionWay(declaring(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})")),
            std::nullopt);
}

TEST(ApprovalWay, TasksBelongToTheModernEra) {
  EXPECT_EQ(*approvalWay(declaring(kAll, true, Era::legacy)), ApprovalWay::form);
}

TEST(ApprovalWay, TheUrlOfTheEndpointChoosesAmongWhatIsDeclared) {
  auto call = declaring(kAll);
  for (auto way : {ApprovalWay::tasks, ApprovalWay::form, ApprovalWay::url, ApprovalWay::resume}) {
    call.approvals = name(way);
    EXPECT_EQ(*approvalWay(call), way) << call.approvals;
  }
}

TEST(ApprovalWay, WhatWasNotDeclaredIsNeverUsedWhateverTheUrlSays) {
  auto call = declaring("{}");
  for (const char* wish : {"tasks", "form", "url"}) {
    call.approvals = wish;
    EXPECT_EQ(*approvalWay(call), ApprovalWay::resume) << wish;
  }
  auto agent = declaring(R"({"elicitation":{}})", false);
  agent.approvals = "form";
  EXPECT_EQ(*approvalWay(agent), ApprovalWay::resume) << "a wish gives no right";
}

TEST(ApprovalWay, AWayThatDoesNotExistIsAClearError) {
  auto call = declaring(kAll);
  call.approvals = "yes-to-all";
  auto way = approvalWay(call);
  ASSERT_FALSE(way);
  EXPECT_EQ(way.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(way.error().message.find("yes-to-all"), std::string::npos);
  EXPECT_NE(way.error().hint.find("tasks, form, url or resume"), std::string::npos);
}

}  // namespace
}  // namespace executor::mcp
