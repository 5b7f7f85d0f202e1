#include "api/views.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "api/json-text.h"
#include "base/json.h"

namespace executor::api {
namespace {

json::value parsed(const std::string& text) {
  auto value = parseJson(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(nullptr);
}

execution::ExecutionView completed(std::string resultJson) {
  return {.id = "task_1",
          .workspaceId = "ws_1",
          .accountId = "acct_1",
          .runtimeId = "local",
          .client = "mcp",
          .code = "return 1",
          .state = execution::State::completed,
          .resultJson = std::move(resultJson),
          .createdAt = 5};
}

TEST(ObjectText, QuotesNamesAndTextAndLeavesOutTheEmpty) {
  EXPECT_EQ(ObjectText().text("a\"", "b\n").number("n", -1).boolean("t", true).take(),
            R"({"a\"":"b\n","n":-1,"t":true})");
  EXPECT_EQ(ObjectText().textIf("a", "").numberIf("b", 0).rawIf("c", "").take(), "{}");
  EXPECT_EQ(ObjectText().raw("a", "").take(), R"({"a":null})");
}

TEST(ListText, SaysWhetherThereIsMore) {
  EXPECT_EQ(listText({}), R"({"items":[],"more":false})");
  EXPECT_EQ(listText({"1", "2"}, "c"), R"({"items":[1,2],"more":true,"nextCursor":"c"})");
}

TEST(ExecutionJson, HasTheResultEvenWhenItIsNull) {
  const auto view = parsed(executionJson(completed("null"), {}));
  ASSERT_NE(find(view, "result"), nullptr);
  EXPECT_TRUE(find(view, "result")->is_null());
}

TEST(ExecutionJson, HasTheFieldsOfTheReference) {
  const auto view = parsed(executionJson(completed("{\"a\":1}"), {}));
  EXPECT_EQ(findString(view, "taskId"), "task_1");
  EXPECT_EQ(findString(view, "status"), "completed");
  EXPECT_EQ(findString(view, "runtimeId"), "local");
  EXPECT_EQ(findString(view, "workspaceId"), "ws_1");
  EXPECT_EQ(findString(view, "accountId"), "acct_1");
  EXPECT_EQ(findInteger(*find(view, "result"), "a"), 1);
  for (const auto* name : {"calls", "logs", "approvals"}) EXPECT_NE(findArray(view, name), nullptr);
  for (const auto* name : {"error", "code", "resultHandle"}) EXPECT_EQ(find(view, name), nullptr);
}

TEST(ExecutionJson, SaysWhereInTheQueueItIsAlsoInLists) {
  execution::ExecutionView queued{.id = "task_1", .queuePosition = 3};
  for (const bool listed : {false, true}) {
    const auto view = parsed(executionJson(queued, {.withResult = !listed}));
    EXPECT_EQ(findString(view, "status"), "queued");
    EXPECT_EQ(findInteger(view, "queuePosition"), 3);
  }
  EXPECT_EQ(find(parsed(executionJson(completed("1"), {})), "queuePosition"), nullptr);
}

TEST(ExecutionJson, ShowsWhatTheTypeCheckSaid) {
  auto execution = completed("1");
  EXPECT_EQ(find(parsed(executionJson(execution, {})), "typeCheck"), nullptr);
  execution.typeCheck =
      execution::TypeVerdict{.status = "warned",
                             .findings = {{.code = 2353,
                                           .blocks = true,
                                           .line = 1,
                                           .column = 2,
                                           .message = "a is no input of tools.\"x\".",
                                           .source = "f({a})",
                                           .caret = "   ^"}},
                             .more = 3};
  const auto view = parsed(executionJson(execution, {}));
  const auto* verdict = find(view, "typeCheck");
  ASSERT_NE(verdict, nullptr);
  EXPECT_EQ(findString(*verdict, "status"), "warned");
  EXPECT_EQ(find(*verdict, "reason"), nullptr);
  EXPECT_EQ(findInteger(*verdict, "more"), 3);
  const auto& finding = findArray(*verdict, "diagnostics")->front();
  EXPECT_EQ(findInteger(finding, "code"), 2353);
  EXPECT_TRUE(findBool(finding, "blocks"));
  EXPECT_EQ(findInteger(finding, "column"), 2);
  EXPECT_EQ(findString(finding, "message"), "a is no input of tools.\"x\".");
  EXPECT_EQ(find(finding, "hint"), nullptr);
  EXPECT_EQ(find(parsed(executionJson(execution, {.withResult = false})), "typeCheck"), nullptr);
}

TEST(ExecutionJson, TellsTheErrorWithItsPlace) {
  auto execution = completed("");
  execution.state = execution::State::failed;
  execution.errorCode = "program_error";
  execution.errorMessage = "boom";
  execution.errorHint = "look";
  execution.errorLine = 3;
  execution.errorColumn = 7;
  const auto view = parsed(executionJson(execution, {}));
  EXPECT_EQ(findString(view, "error"), "boom");
  const auto& detail = *find(view, "errorDetail");
  EXPECT_EQ(findString(detail, "code"), "program_error");
  EXPECT_EQ(findInteger(detail, "line"), 3);
  EXPECT_EQ(findInteger(detail, "column"), 7);
  EXPECT_EQ(findString(detail, "hint"), "look");
  EXPECT_EQ(find(view, "result"), nullptr);
}

TEST(ExecutionJson, ReplacesABigResultByPreviewAndHandle) {
  auto execution = completed("");
  execution.resultHandle = "result_1";
  execution.resultPreview = "[1,2";
  execution.resultBytes = 1'000'000;
  const auto view = parsed(executionJson(execution, {}));
  EXPECT_EQ(find(view, "result"), nullptr);
  EXPECT_EQ(findString(view, "resultHandle"), "result_1");
  EXPECT_EQ(findString(view, "resultPreview"), "[1,2");
  EXPECT_EQ(findInteger(view, "resultBytes"), 1'000'000);
}

TEST(ExecutionJson, ListsCallsLogsAndPendingApprovals) {
  auto execution = completed("1");
  execution.calls.push_back({.n = 1,
                             .id = "call_1",
                             .tool = "a.b",
                             .status = "failed",
                             .errorCode = "upstream_error",
                             .durationMs = 12});
  execution.logs.push_back({"log", "hello"});
  execution.approvals.push_back({"approval_1", "a.b", "create it"});
  const auto view = parsed(executionJson(execution, {.origin = "http://h"}));
  EXPECT_EQ(findString(findArray(view, "calls")->front(), "errorCode"), "upstream_error");
  EXPECT_EQ(findString(findArray(view, "logs")->front(), "text"), "hello");
  EXPECT_EQ(findString(findArray(view, "approvals")->front(), "url"),
            "http://h/approvals/approval_1");
}

TEST(ExecutionJson, ShowsTheProgramOnlyWhenAsked) {
  auto execution = completed("1");
  execution.metadataJson = R"({"k":1})";
  EXPECT_EQ(find(parsed(executionJson(execution, {})), "code"), nullptr);
  const auto view = parsed(executionJson(execution, {.withCode = true}));
  EXPECT_EQ(findString(view, "code"), "return 1");
  EXPECT_EQ(findInteger(*find(view, "metadata"), "k"), 1);
}

TEST(ViewsOfThings, AreValidJsonWithHostileText) {
  const std::string odd = "\"\\\n\x01</script>";
  EXPECT_EQ(findString(parsed(sourceJson({.id = odd, .warnings = {odd}})), "id"), odd);
  EXPECT_EQ(findString(parsed(connectionJson({.name = odd})), "name"), odd);
  EXPECT_EQ(findString(parsed(policyJson({.tool = odd})), "tool"), odd);
  EXPECT_EQ(findString(parsed(keyJson({.name = odd})), "name"), odd);
  EXPECT_EQ(findString(parsed(approvalJson({.summary = odd}, "")), "summary"), odd);
  EXPECT_EQ(findString(parsed(eventJson({.kind = odd})), "kind"), odd);
}

TEST(ViewsOfThings, ShowSecuritySchemesOfASource) {
  const auto view = parsed(sourceJson({.securitySchemes = {{"k", "apiKey", "header", "X-Key"}}}));
  const auto& scheme = findArray(view, "securitySchemes")->front();
  EXPECT_EQ(findString(scheme, "type"), "apiKey");
  EXPECT_EQ(findString(scheme, "parameter"), "X-Key");
}

TEST(ObjectText, BeginsAnewAfterItsTextWasTaken) {
  ObjectText out;
  EXPECT_EQ(out.text("a", "1").take(), R"({"a":"1"})");
  EXPECT_EQ(out.text("b", "2").take(), R"({"b":"2"})");
  EXPECT_EQ(out.take(), "{}");
}

TEST(ObjectText, KeepsEveryByteOfTextAndOfSplicedJson) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (std::size_t i = random() % 40; i > 0; --i) text += static_cast<char>(random() % 128);
    const std::string raw = "[1.10,1e400, \"" + std::to_string(random()) + "\" ]";
    const auto object = ObjectText().text("t", text).raw("r", raw).take();
    EXPECT_TRUE(object.ends_with(",\"r\":" + raw + "}")) << object;
    const auto alone = parsed(ObjectText().text("t", text).take());
    EXPECT_EQ(findString(alone, "t"), text);
  }
  EXPECT_EQ(ObjectText().number("n", std::numeric_limits<std::int64_t>::min()).take(),
            R"({"n":-9223372036854775808})");
}

TEST(ArrayText, JoinsTextsAndQuotesStrings) {
  EXPECT_EQ(arrayText({}), "[]");
  EXPECT_EQ(arrayText({"1", "{}"}), "[1,{}]");
  EXPECT_EQ(stringsText({}), "[]");
  EXPECT_EQ(stringsText({"", "a\"", "\n"}), R"(["","a\"","\n"])");
}

TEST(ExecutionJson, ShowsNoResultBeforeTheEndAndInNoList) {
  using execution::State;
  for (const auto state : {State::queued, State::running, State::waiting, State::failed,
                           State::timed_out, State::denied, State::cancelled}) {
    auto execution = completed("1");
    execution.state = state;
    EXPECT_EQ(find(parsed(executionJson(execution, {})), "result"), nullptr);
  }
  const auto listed = parsed(executionJson(completed("1"), {.withResult = false}));
  for (const auto* name : {"result", "calls", "logs", "approvals"}) {
    EXPECT_EQ(find(listed, name), nullptr) << name;
  }
}

TEST(ExecutionJson, ShowsWhatTheUpstreamAnsweredAsItCame) {
  auto execution = completed("");
  execution.state = execution::State::failed;
  execution.errorCode = "upstream_error";
  execution.errorStatus = 422;
  execution.errorBodyJson = R"({"exact":0.10,"big":18446744073709551616})";
  const auto text = executionJson(execution, {});
  EXPECT_TRUE(text.contains("\"status\":422,\"body\":" + execution.errorBodyJson)) << text;
}

TEST(ApprovalJson, LinksOnlyWhenTheOriginIsKnown) {
  approval::ApprovalView approval{.id = "approval_1", .status = "pending", .inputJson = "{}"};
  EXPECT_EQ(find(parsed(approvalJson(approval, "")), "url"), nullptr);
  const auto view = parsed(approvalJson(approval, "https://h"));
  EXPECT_EQ(findString(view, "url"), "https://h/approvals/approval_1");
  for (const auto* name : {"decidedBy", "reason", "decidedAt", "expiresAt"}) {
    EXPECT_EQ(find(view, name), nullptr) << name;
  }
}

TEST(KeyJson, AlwaysSaysWhetherItMayApproveAndWhetherItIsRevoked) {
  const auto view = parsed(keyJson({.id = "key_1"}));
  EXPECT_FALSE(findBool(view, "mayApprove", true));
  EXPECT_FALSE(findBool(view, "revoked", true));
  EXPECT_EQ(find(view, "lastUsedAt"), nullptr);
  EXPECT_EQ(find(view, "expiresAt"), nullptr);
}

}  // namespace
}  // namespace executor::api
