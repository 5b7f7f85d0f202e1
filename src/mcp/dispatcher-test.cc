// What a method answers, whatever carried it. Transport rules are in endpoint-test.cc.
#include "mcp/dispatcher.h"

#include "mcp/mcp-fixture.h"

namespace executor::mcp {
namespace {

class McpDispatcher : public McpFixture {
 protected:
  Call call(Era era = Era::legacy) {
    Call out;
    out.era = era;
    out.version = era == Era::modern ? std::string(kModernVersion) : "2025-06-18";
    out.principal = owner();
    out.principal.kind = CredentialKind::agent;
    out.origin = "http://here";
    return out;
  }
  Result<std::string> request(Call call, std::string method, json::object params = {}) {
    Message message;
    message.id = 1;
    message.method = std::move(method);
    message.params = std::move(params);
    auto era = call.era;
    auto answer = run(dispatcher_.request(std::move(call), std::move(message)));
    if (!answer) return std::unexpected(answer.error());
    return resultText(era, *answer);
  }
  json::object answer(Call call, std::string method, json::object params = {}) {
    auto result = request(std::move(call), std::move(method), std::move(params));
    EXPECT_TRUE(result) << result.error().message;
    return result ? parseJson(*result)->as_object() : json::object{};
  }
  json::object execute(Call call, json::object arguments) {
    return answer(std::move(call), "tools/call",
                  {{"name", "execute"}, {"arguments", std::move(arguments)}});
  }

  Dispatcher dispatcher_{features_};
};

TEST_F(McpDispatcher, AProgramIsStartedAsTheCallersOwn) {
  auto result = execute(call(), {{"code", "return 42"}, {"timeoutMs", 5000}});
  EXPECT_EQ(textOf(result), "42");
  ASSERT_EQ(executions_.started.size(), 1u);
  const auto& started = executions_.started.front();
  EXPECT_EQ(started.code, "return 42");
  EXPECT_EQ(started.timeoutMs, 5000u);
  EXPECT_EQ(started.client, "mcp");
  EXPECT_EQ(started.principal.accountId, first_.accountId);
  EXPECT_EQ(started.principal.kind, CredentialKind::agent);
}

TEST_F(McpDispatcher, AWaitForAHumanIsAnsweredAfterItsGrace) {
  execute(call(), {{"code", "return 42"}});
  EXPECT_EQ(executions_.lastGrace, execution::kWaitingGrace);  // D16
}

TEST_F(McpDispatcher, UnknownArgumentsAreNamedAndNothingRuns) {
  auto result = execute(call(), {{"code", "return 1"}, {"timeoutMS", 5}});
  EXPECT_TRUE(findBool(result, "isError"));
  EXPECT_NE(textOf(result).find("timeoutMS"), std::string::npos);
  EXPECT_TRUE(executions_.started.empty());
}

TEST_F(McpDispatcher, IllTypedArgumentsAreRefusedAndNothingRuns) {
  for (const char* text : {R"({})", R"({"code":1})", R"({"code":" "})",
                           R"({"code":"x","timeoutMs":0})", R"({"code":"x","timeoutMs":600001})",
                           R"({"code":"x","metadata":[]})", R"({"code":"x","typeCheck":"on"})"}) {
    auto result = execute(call(), parseJson(text)->as_object());
    EXPECT_TRUE(findBool(result, "isError")) << text;
  }
  EXPECT_TRUE(executions_.started.empty());
}

TEST_F(McpDispatcher, ArgumentsMustBeAnObject) {
  auto result = request(call(), "tools/call", {{"name", "execute"}, {"arguments", "return 1"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
}

TEST_F(McpDispatcher, AnotherToolNameSaysWhereToolsAreCalled) {
  auto result = request(call(), "tools/call", {{"name", "github.issues.create"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(result.error().hint.find("inside a program"), std::string::npos);
}

TEST_F(McpDispatcher, ResumeWaitsForTheCallersExecution) {
  execute(call(), {{"code", "return 42"}});
  auto id = executions_.items.front().id;
  auto result = answer(call(), "tools/call",
                       {{"name", "resume"}, {"arguments", json::object{{"taskId", id}}}});
  EXPECT_EQ(textOf(result), "42");
  EXPECT_EQ(executions_.started.size(), 1u) << "resume starts nothing";
}

TEST_F(McpDispatcher, ResumeOfAForeignOrUnknownTaskIsNotFound) {
  plant("ws_other", "theirs");
  for (const char* id : {"task_theirs", "task_none"}) {
    auto result = answer(call(), "tools/call",
                         {{"name", "resume"}, {"arguments", json::object{{"taskId", id}}}});
    EXPECT_TRUE(findBool(result, "isError")) << id;
    EXPECT_EQ(textOf(result).find("not_found"), 0u) << textOf(result);
  }
}

TEST_F(McpDispatcher, ResumeTakesATaskAndNothingThatDecides) {
  plant(first_.workspaceId, "mine");
  for (const char* text : {R"({})", R"({"taskId":""})", R"({"taskId":5})",
                           R"({"taskId":"task_mine","decision":"approve"})"}) {
    auto result =
        answer(call(), "tools/call", {{"name", "resume"}, {"arguments", *parseJson(text)}});
    EXPECT_TRUE(findBool(result, "isError")) << text;
  }
  EXPECT_EQ(approvals_.items.front().status, "pending");
}

TEST_F(McpDispatcher, LinksPointWhereTheClientCameFrom) {
  plant(first_.workspaceId, "mine");
  executions_.items.front().approvals = {{"approval_mine", "a.b", ""}};
  auto result = answer(call(), "tools/call",
                       {{"name", "resume"}, {"arguments", json::object{{"taskId", "task_mine"}}}});
  EXPECT_NE(textOf(result).find("http://here/approvals/approval_mine"), std::string::npos);
}

TEST_F(McpDispatcher, InitializeAnswersWithTheNegotiatedRevision) {
  auto result = answer(call(), "initialize", {{"protocolVersion", "2025-06-18"}});
  EXPECT_EQ(findString(result, "protocolVersion"), "2025-06-18");
  EXPECT_EQ(findString(*findObject(result, "serverInfo"), "name"), "executor");
  EXPECT_TRUE(findBool(*findObject(*findObject(result, "capabilities"), "tools"), "listChanged"));
  EXPECT_FALSE(request(call(), "initialize"));
}

TEST_F(McpDispatcher, EachEraHasItsOwnMethods) {
  EXPECT_TRUE(request(call(), "ping"));
  EXPECT_TRUE(request(call(Era::modern), "server/discover"));
  for (auto [era, method] :
       {std::pair(Era::modern, "ping"), std::pair(Era::modern, "initialize"),
        std::pair(Era::legacy, "server/discover"), std::pair(Era::legacy, "prompts/list")}) {
    auto result = request(call(era), method);
    ASSERT_FALSE(result) << method;
    EXPECT_EQ(result.error().code, ErrorCode::method_not_found) << method;
  }
}

TEST_F(McpDispatcher, ModernResultsSayWhatTheyAreAndForHowLong) {
  for (const char* method : {"server/discover", "tools/list"}) {
    auto result = answer(call(Era::modern), method);
    EXPECT_EQ(findString(result, "resultType"), "complete") << method;
    EXPECT_EQ(findString(result, "cacheScope"), "private") << method;  // D18
    EXPECT_GT(findInteger(result, "ttlMs"), 0) << method;
    EXPECT_TRUE(findObject(*findObject(result, "_meta"), meta::kServerInfo)) << method;
  }
  auto result = execute(call(Era::modern), {{"code", "return 42"}});
  EXPECT_EQ(findString(result, "resultType"), "complete");
  EXPECT_FALSE(result.contains("ttlMs")) << "a result of a call is never cached";
}

TEST_F(McpDispatcher, LegacyResultsHaveNothingOfTheModernEra) {
  auto result = execute(call(), {{"code", "return 42"}});
  EXPECT_FALSE(result.contains("resultType"));
  EXPECT_FALSE(answer(call(), "tools/list").contains("ttlMs"));
}

TEST_F(McpDispatcher, OldRevisionsListToolsWithoutOutputSchema) {
  auto old = call();
  old.version = "2025-03-26";
  EXPECT_FALSE(find(findArray(answer(old, "tools/list"), "tools")->front(), "outputSchema"));
  EXPECT_TRUE(find(findArray(answer(call(), "tools/list"), "tools")->front(), "outputSchema"));
}

TEST_F(McpDispatcher, CancelledEndsTheRequestOfItsOwnSession) {
  auto mine = call();
  mine.session = std::make_shared<Session>();
  auto cancel = std::make_shared<RequestCancel>();
  mine.session->requests["5"] = cancel;
  std::string reason;
  cancel->onFire([&](std::string text) { reason = text; });
  Message note;
  note.kind = Message::Kind::notification;
  note.method = "notifications/cancelled";
  note.params = {{"requestId", 6}, {"reason", "changed my mind"}};
  auto notify = [&]() -> Task<bool> {
    co_await dispatcher_.notification(mine, note);
    co_return true;
  };
  run(notify());
  EXPECT_FALSE(cancel->fired()) << "another request's id";
  note.params["requestId"] = 5;
  run(notify());
  EXPECT_EQ(reason, "changed my mind");
}

TEST_F(McpDispatcher, ARequestOfASessionCanBeWithdrawnWhileItRunsAndNoLonger) {
  auto mine = call();
  mine.session = std::make_shared<Session>();
  std::size_t during = 0;
  features_.add(Tool{.name = "peek",
                     .definition = nullptr,
                     .call = [&](Call asked, json::object) -> Task<Result<Answer>> {
                       during = asked.session->requests.count("1");
                       EXPECT_TRUE(asked.cancel);
                       co_return Answer{};
                     }});
  answer(mine, "tools/call", {{"name", "peek"}});
  EXPECT_EQ(during, 1u);
  EXPECT_TRUE(mine.session->requests.empty());
}

TEST_F(McpDispatcher, CancelledWithoutASessionCancelsNothing) {
  plant(first_.workspaceId, "mine");
  Message note;
  note.kind = Message::Kind::notification;
  note.method = "notifications/cancelled";
  note.params = {{"requestId", 5}};
  auto notify = [&]() -> Task<bool> {
    co_await dispatcher_.notification(call(), note);
    co_return true;
  };
  run(notify());
  EXPECT_EQ(executions_.items.front().state, execution::State::waiting);
}

}  // namespace
}  // namespace executor::mcp
