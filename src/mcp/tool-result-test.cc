#include "mcp/tool-result.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace executor::mcp {
namespace {

using execution::ExecutionView;
using execution::State;

constexpr std::string_view kOrigin = "http://127.0.0.1:4788";

ExecutionView completed(std::string result) {
  return {.id = "task_1",
          .runtimeId = "local",
          .state = State::completed,
          .resultJson = std::move(result)};
}

ExecutionView ended(State state, std::string code, std::string message) {
  ExecutionView view{.id = "task_1", .runtimeId = "local", .state = state};
  view.errorCode = std::move(code);
  view.errorMessage = std::move(message);
  return view;
}

json::object resultOf(const ExecutionView& view) {
  return parseJson("{" + toolResultMembers(view, kOrigin) + "}")->as_object();
}

json::array contentOf(const std::string& members) {
  return parseJson("{" + members + "}")->at("content").as_array();
}

std::string textOf(const json::object& result) {
  return std::string(findString(findArray(result, "content")->front(), "text"));
}

std::string textOf(const ExecutionView& view) { return textOf(resultOf(view)); }

TEST(McpToolResult, OfACompletedRunIsItsResultAndNothingElse) {
  auto result = resultOf(completed(R"({"a":[1,2]})"));
  EXPECT_EQ(textOf(result), R"({"a":[1,2]})");
  EXPECT_FALSE(result.contains("isError"));
  const auto& structured = *findObject(result, "structuredContent");
  EXPECT_EQ(findString(structured, "status"), "completed");
  EXPECT_EQ(findString(structured, "taskId"), "task_1");
}

TEST(McpToolResult, KeepsANullResult) {
  auto result = resultOf(completed("null"));
  EXPECT_EQ(textOf(result), "null");
  const auto* value = find(*findObject(result, "structuredContent"), "result");
  ASSERT_TRUE(value);
  EXPECT_TRUE(value->is_null());
}

TEST(McpToolResult, NumbersArePassedOnAsTheyAre) {
  auto members = toolResultMembers(completed(R"({"id":9007199254740993,"f":0.10})"), kOrigin);
  EXPECT_NE(members.find(R"("result":{"id":9007199254740993,"f":0.10})"), std::string::npos);
}

execution::TypeVerdict verdictOf(std::string status) {
  return {.status = std::move(status),
          .findings = {{.code = 2353,
                        .blocks = true,
                        .line = 1,
                        .column = 9,
                        .message = "b is no input of tools.a.",
                        .hint = "Did you mean c?",
                        .source = "tools.a({ b: 1 })",
                        .caret = "          ^",
                        .signature = "tools.a({ c: number }): Promise<null>"}}};
}

// All that it takes to write the program again, and how to run it as it is.
TEST(McpToolResult, AProgramThatWasNotRunShowsItsFindings) {
  auto view = ended(State::failed, "type_error", "The program was not run: b is no input.");
  view.typeCheck = verdictOf("failed");
  EXPECT_EQ(textOf(view),
            "status: failed\nerror: type_error. The program was not run.\n\n"
            "line 1, column 9: b is no input of tools.a. Did you mean c?\n"
            "  1 | tools.a({ b: 1 })\n"
            "    |           ^\n"
            "  tools.a({ c: number }): Promise<null>\n"
            "\nCorrect it, or send typeCheck: \"warn\" to run it all the same.\n"
            "taskId: task_1");
  EXPECT_TRUE(resultOf(view).at("isError").as_bool());
}

TEST(McpToolResult, FindingsStandBesideAFailureAndWhereTheyWereAskedFor) {
  auto failed = ended(State::failed, "program_error", "boom");
  failed.typeCheck = verdictOf("passed");
  EXPECT_NE(textOf(failed).find("boom"), std::string::npos);
  EXPECT_NE(textOf(failed).find("type check:\nline 1, column 9"), std::string::npos);
  auto asked = completed("1");
  asked.typeCheck = verdictOf("warned");
  EXPECT_TRUE(textOf(asked).starts_with("1\n\ntype check:\nline 1, column 9"));
  auto quiet = completed("1");
  quiet.typeCheck = verdictOf("passed");
  EXPECT_EQ(textOf(quiet), "1");
  quiet.typeCheck = execution::TypeVerdict{.status = "skipped", .reason = "late"};
  EXPECT_EQ(textOf(quiet), "1");
}

TEST(McpToolResult, ShowsTheConsoleBelowTheResult) {
  auto view = completed("1");
  view.logs = {{"log", "first"}, {"warn", "second"}};
  EXPECT_EQ(textOf(view), "1\n\nconsole:\n[log] first\n[warn] second");
}

TEST(McpToolResult, BoundsTheConsoleInTheText) {
  auto view = completed("1");
  view.logs = {{"log", std::string(kMaxConsolePreview * 3, 'x')}};
  EXPECT_LT(textOf(view).size(), kMaxConsolePreview + 200);
}

TEST(McpToolResult, CutsALongTextAndKeepsTheWholeStructured) {
  auto view = completed('"' + std::string(kMaxPreviewChars * 2, 'x') + '"');
  auto result = resultOf(view);
  EXPECT_LT(textOf(result).size(), kMaxPreviewChars + 200);
  EXPECT_NE(textOf(result).find("result preview cut"), std::string::npos);
  const auto& structured = *findObject(result, "structuredContent");
  EXPECT_EQ(findString(structured, "result").size(), kMaxPreviewChars * 2);
}

TEST(McpToolResult, AStoredResultIsNamedByItsHandleAndShownInPart) {
  auto view = completed("");
  view.resultHandle = "result_1";
  view.resultPreview = "[1,2,3";
  view.resultBytes = 1'000'000;
  auto result = resultOf(view);
  EXPECT_NE(textOf(result).find("result_1"), std::string::npos);
  EXPECT_NE(textOf(result).find("[1,2,3"), std::string::npos) << textOf(result);
  EXPECT_EQ(findString(*findObject(result, "structuredContent"), "resultHandle"), "result_1");
}

TEST(McpToolResult, AWaitingRunSaysWhoMustDoWhatAndHowToGoOn) {
  ExecutionView view{.id = "task_1", .state = State::waiting};
  view.approvals = {{"approval_1", "github.issues.create", "Create an issue"}};
  auto result = resultOf(view);
  EXPECT_FALSE(result.contains("isError")) << "waiting is no failure";
  auto text = textOf(result);
  EXPECT_NE(text.find("status: waiting"), std::string::npos);
  EXPECT_NE(text.find("github.issues.create: http://127.0.0.1:4788/approvals/approval_1"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(R"({"taskId":"task_1"})"), std::string::npos);
  const auto& approvals = *findArray(*findObject(result, "structuredContent"), "approvals");
  EXPECT_EQ(findString(approvals.front(), "id"), "approval_1");
}

TEST(McpToolResult, AQueuedRunSaysItsPositionAndHowToGoOn) {
  ExecutionView view{.id = "task_1", .state = State::queued, .queuePosition = 7};
  auto result = resultOf(view);
  EXPECT_FALSE(result.contains("isError")) << "it has not failed";
  auto text = textOf(result);
  EXPECT_NE(text.find("status: queued"), std::string::npos);
  EXPECT_NE(text.find("number 7 in the queue"), std::string::npos) << text;
  EXPECT_NE(text.find(R"({"taskId":"task_1"})"), std::string::npos);
  EXPECT_EQ(findInteger(*findObject(result, "structuredContent"), "queuePosition"), 7);
}

TEST(McpToolResult, EveryPendingApprovalHasItsLink) {
  ExecutionView view{.id = "task_1", .state = State::waiting};
  view.approvals = {{"approval_1", "a.b", ""}, {"approval_2", "a.c", ""}};
  auto text = textOf(view);
  EXPECT_NE(text.find("/approvals/approval_1"), std::string::npos);
  EXPECT_NE(text.find("/approvals/approval_2"), std::string::npos);
}

TEST(McpToolResult, ARunThatGoesOnWithoutApprovalsIsNotCalledWaiting) {
  ExecutionView view{.id = "task_1", .state = State::running};
  EXPECT_NE(textOf(view).find("status: running"), std::string::npos) << textOf(view);
}

TEST(McpToolResult, AFailureSaysWhatWhereAndWhatToDo) {
  auto view = ended(State::failed, "program_error", "x is not a function");
  view.errorLine = 2;
  view.errorColumn = 7;
  view.errorHint = "Check x.";
  view.errorStack = "    at <program>:2:7";
  auto result = resultOf(view);
  EXPECT_TRUE(findBool(result, "isError"));
  EXPECT_EQ(textOf(result),
            "status: failed\nerror: x is not a function (line 2, column 7)\nhint: Check x.\n"
            "    at <program>:2:7\ntaskId: task_1");
  const auto& detail = *findObject(*findObject(result, "structuredContent"), "errorDetail");
  EXPECT_EQ(findString(detail, "code"), "program_error");
  EXPECT_EQ(findInteger(detail, "line"), 2);
}

TEST(McpToolResult, AFailureShowsTheLineAndThePlaceInIt) {
  auto view = ended(State::failed, "syntax_error", "Expression expected");
  view.code = "const a = 1;\nconst b = = 2;";
  view.errorLine = 2;
  view.errorColumn = 11;
  auto result = resultOf(view);
  EXPECT_EQ(textOf(result),
            "status: failed\nerror: Expression expected (line 2, column 11)\n"
            "  2 | const b = = 2;\n    |           ^\ntaskId: task_1");
  const auto& detail = *findObject(*findObject(result, "structuredContent"), "errorDetail");
  EXPECT_EQ(findString(detail, "source"), "const b = = 2;");
  EXPECT_EQ(findString(detail, "caret"), "          ^");
}

TEST(McpToolResult, WhatIsEmittedFollowsAsContentForTheUser) {
  auto view = completed("1");
  view.emitted = {{.kind = "text", .text = "Hello"},
                  {.kind = "image", .mimeType = "image/png", .data = "aGk=", .bytes = 2},
                  {.kind = "audio", .mimeType = "audio/wav", .data = "aGk="},
                  {.kind = "file", .mimeType = "text/csv", .name = "a b.csv", .text = "x,y"},
                  {.kind = "file", .mimeType = "a/b", .name = "c", .data = "aGk="}};
  auto result = resultOf(view);
  const auto& content = *findArray(result, "content");
  ASSERT_EQ(content.size(), 6u);
  EXPECT_EQ(textOf(result), "1") << "the result comes first";
  EXPECT_EQ(serializeJson(content[1]),
            R"({"type":"text","text":"Hello","annotations":{"audience":["user"]}})");
  EXPECT_EQ(findString(content[2], "data"), "aGk=");
  EXPECT_EQ(findString(content[2], "mimeType"), "image/png");
  EXPECT_EQ(findString(content[3], "type"), "audio");
  const auto& csv = *findObject(content[4], "resource");
  EXPECT_EQ(findString(csv, "uri"), "executor://task_1/4/a%20b.csv");
  EXPECT_EQ(findString(csv, "text"), "x,y");
  EXPECT_EQ(findString(*findObject(content[5], "resource"), "blob"), "aGk=");
  // Contents are not told twice.
  const auto& listed = *findArray(*findObject(result, "structuredContent"), "emitted");
  ASSERT_EQ(listed.size(), 5u);
  EXPECT_EQ(serializeJson(listed[1]), R"({"kind":"image","mimeType":"image/png","bytes":2})");
}

TEST(McpToolResult, WhatIsTooBigIsALinkOrInWords) {
  auto view = completed("");
  view.resultHandle = "res_1";
  view.resultPreview = "[1,2";
  view.resultBytes = 300'000;
  view.emitted = {
      {.kind = "image", .mimeType = "image/png", .handle = "res_2", .bytes = 2'000'000}};
  const auto linked = contentOf(toolResultMembers(view, "", true));
  ASSERT_EQ(linked.size(), 3u);
  EXPECT_EQ(serializeJson(linked[1]),
            R"({"type":"resource_link","uri":"executor://results/res_1","name":"result",)"
            R"("mimeType":"application/json","size":300000})");
  EXPECT_EQ(serializeJson(linked[2]),
            R"({"type":"resource_link","uri":"executor://results/res_2","name":"res_2",)"
            R"("mimeType":"image/png","size":2000000,"annotations":{"audience":["user"]}})");
  const auto told = contentOf(toolResultMembers(view, "", false));
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(findString(told[1], "text"), "[image, image/png, 2000000 bytes, stored as res_2]");
}

TEST(McpToolResult, AFailureShowsWhatWasEmittedBefore) {
  auto view = ended(State::failed, "x", "y");
  view.emitted = {{.kind = "text", .text = "before"}};
  EXPECT_EQ(findArray(resultOf(view), "content")->size(), 2u);
}

TEST(McpToolResult, AFailureWithoutAPlaceNamesNone) {
  EXPECT_EQ(textOf(ended(State::timed_out, "timed_out", "5 ms are over")).find("(line"),
            std::string::npos);
}

TEST(McpToolResult, EveryEndButCompletedIsAnError) {
  for (auto state : {State::failed, State::timed_out, State::denied, State::cancelled}) {
    auto result = resultOf(ended(state, "x", "y"));
    EXPECT_TRUE(findBool(result, "isError")) << name(state);
    EXPECT_EQ(findString(*findObject(result, "structuredContent"), "status"), name(state));
  }
}

TEST(McpToolResult, AFailureShowsItsConsoleToo) {
  auto view = ended(State::failed, "program_error", "no");
  view.logs = {{"log", "almost there"}};
  EXPECT_NE(textOf(view).find("[log] almost there"), std::string::npos);
}

TEST(McpToolResult, ARefusalIsOneTextWithCodeAndHint) {
  Error error{ErrorCode::unknown_argument, "No argument timeoutMS.", "Did you mean timeoutMs?",
              "for the log"};
  auto result = parseJson("{" + toolErrorMembers(error) + "}")->as_object();
  EXPECT_TRUE(findBool(result, "isError"));
  EXPECT_EQ(textOf(result),
            "unknown_argument: No argument timeoutMS.\nhint: Did you mean timeoutMs?");
}

}  // namespace
}  // namespace executor::mcp
