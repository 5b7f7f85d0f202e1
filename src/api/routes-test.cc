// What the routes answer when all is well.
#include "api/api-fixture.h"

namespace executor::api {
namespace {

using ApiRoutes = ApiFixture;

TEST_F(ApiRoutes, StatusTellsVersionWorkspaceUrlsAndCounts) {
  plant(first_.workspaceId, "mine");
  sources_.items.front().toolCount = 12;
  const auto reply = get("/api/v1/status");
  ASSERT_EQ(reply.status, 200);
  const auto status = reply.parsed();
  EXPECT_EQ(findString(status, "version"), EXECUTOR_VERSION);
  EXPECT_EQ(findString(status, "workspaceId"), first_.workspaceId);
  EXPECT_EQ(findString(*find(status, "principal"), "kind"), "person");
  EXPECT_EQ(findString(*find(status, "urls"), "mcp"), server_->url() + "/mcp/anonymous");
  const auto& counts = *find(status, "counts");
  EXPECT_EQ(findInteger(counts, "tools"), 12);
  EXPECT_EQ(findInteger(counts, "pendingApprovals"), 1);
  EXPECT_EQ(findInteger(counts, "runningExecutions"), 7);
}

TEST_F(ApiRoutes, AnAgentSeesStatusAsAnAgent) {
  const auto status = send("GET", "/api/v1/status", agent()).parsed();
  EXPECT_EQ(findString(*find(status, "principal"), "kind"), "agent");
}

TEST_F(ApiRoutes, AnOpenLinkLeadsToASession) {
  const auto link = send("POST", "/api/v1/open-links", person()).parsed();
  const std::string url(findString(link, "url"));
  ASSERT_TRUE(url.starts_with(server_->url() + "/open/")) << url;
  EXPECT_EQ(findInteger(link, "expiresAt"), clock_.now() + 600'000);
  const auto opened = send("POST", url.substr(server_->url().size()));
  EXPECT_EQ(opened.status, 303);
  const auto cookie = opened.cookie.substr(0, opened.cookie.find(';'));
  EXPECT_EQ(send("GET", "/", {{"cookie", cookie}}).status, 200);
}

TEST_F(ApiRoutes, ASourceIsAddedShownRefreshedAndRemoved) {
  const auto added = post("/api/v1/sources", R"({"name":"github","url":"http://x/doc.json"})");
  ASSERT_EQ(added.status, 201) << added.body;
  const auto source = added.parsed();
  EXPECT_EQ(findString(source, "kind"), "openapi");
  EXPECT_EQ(added.location, "/api/v1/sources/" + std::string(findString(source, "id")));
  EXPECT_EQ(get(added.location).body, added.body);
  EXPECT_EQ(get("/api/v1/sources/github").status, 200);
  EXPECT_EQ(send("POST", added.location + "/refresh", person()).status, 200);
  EXPECT_EQ(send("DELETE", added.location, person()).status, 200);
  EXPECT_EQ(get(added.location).status, 404);
}

TEST_F(ApiRoutes, AddingASourceCanBeWatched) {
  auto headers = json(person());
  headers.emplace_back("accept", "text/event-stream");
  const auto reply =
      send("POST", "/api/v1/sources", headers, R"({"name":"a","document":"openapi: 3.1.0"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.get("content-type"), "text/event-stream");
  const auto downloading = reply.body.find("event: progress\ndata: {\"step\":\"downloading\"");
  const auto compiling = reply.body.find("\"step\":\"compiling\",\"done\":2,\"total\":3");
  const auto done = reply.body.find("event: done\ndata: {\"id\":\"src_");
  EXPECT_TRUE(downloading < compiling && compiling < done && done != std::string::npos)
      << reply.body;
}

TEST_F(ApiRoutes, AWatchedFailureIsAnErrorEvent) {
  auto headers = json(person());
  headers.emplace_back("accept", "text/event-stream");
  const auto reply =
      send("POST", "/api/v1/sources", headers, R"({"name":"a","document":"garbage"})");
  EXPECT_TRUE(reply.body.contains("event: error\ndata: {\"error\":{\"code\":\"invalid_document\""))
      << reply.body;
  EXPECT_FALSE(reply.body.contains("event: done"));
}

TEST_F(ApiRoutes, AnExceptionEndsTheStreamToo) {
  auto headers = json(person());
  headers.emplace_back("accept", "text/event-stream");
  const auto reply = send("POST", "/api/v1/sources", headers, R"({"name":"a","document":"bug"})");
  EXPECT_TRUE(reply.body.contains("event: error\ndata: {\"error\":{\"code\":\"internal\""))
      << reply.body;
}

TEST_F(ApiRoutes, AWatchedRequestIsStillCheckedBeforeItStreams) {
  auto headers = json(person());
  headers.emplace_back("accept", "text/event-stream");
  EXPECT_EQ(send("POST", "/api/v1/sources", headers, R"({"name":"a"})").status, 400);
}

TEST_F(ApiRoutes, AConnectionsSecretIsNeverAnswered) {
  const auto added =
      post("/api/v1/connections", R"({"source":"github","kind":"bearer","secret":"canary-4711"})");
  ASSERT_EQ(added.status, 201);
  EXPECT_EQ(connections_.secrets, std::vector<std::string>{"canary-4711"});
  const auto list = get("/api/v1/connections");
  EXPECT_FALSE((added.body + list.body).contains("canary"));
  const std::string id(findString(added.parsed(), "id"));
  EXPECT_EQ(send("DELETE", "/api/v1/connections/" + id, person()).status, 200);
  EXPECT_TRUE(connections_.items.empty());
}

TEST_F(ApiRoutes, PoliciesAreAddedListedAndRemoved) {
  const auto added = post("/api/v1/policies", R"({"effect":"deny","tool":"github.issues.create"})");
  ASSERT_EQ(added.status, 201);
  EXPECT_EQ(findString(added.parsed(), "effect"), "deny");
  EXPECT_EQ(findArray(get("/api/v1/policies").parsed(), "items")->size(), 1u);
  EXPECT_EQ(send("DELETE", added.location, person()).status, 200);
  EXPECT_TRUE(policies_.items.empty());
}

TEST_F(ApiRoutes, KeysAreShownOnceAndListedWithoutTheKey) {
  const auto added = post("/api/v1/keys", R"({"name":"laptop"})");
  const std::string key(findString(added.parsed(), "key"));
  EXPECT_EQ(send("GET", "/api/v1/status", {{"authorization", "Bearer " + key}}).status, 200);
  const auto list = get("/api/v1/keys");
  EXPECT_TRUE(list.body.contains("laptop"));
  EXPECT_FALSE(list.body.contains(key));
}

TEST_F(ApiRoutes, AFinishedExecutionIs200WithItsResult) {
  const auto reply = post("/api/v1/executions", R"({"code":"return 42","wait":1000})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  const auto view = reply.parsed();
  EXPECT_EQ(findString(view, "status"), "completed");
  EXPECT_EQ(findInteger(view, "result"), 42);
  EXPECT_EQ(executions_.waits, 1);
  EXPECT_EQ(executions_.started.front().client, "api");
  EXPECT_EQ(executions_.started.front().principal.workspaceId, first_.workspaceId);
}

TEST_F(ApiRoutes, AnUnfinishedExecutionIs201WithItsPlace) {
  executions_.startState = execution::State::running;
  const auto reply = post("/api/v1/executions", R"({"code":"return 42"})");
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(executions_.waits, 0);
  EXPECT_EQ(get(reply.location).status, 200);
}

TEST_F(ApiRoutes, TheResultKeepsEveryDigit) {
  executions_.resultJson = R"({"big":18446744073709551615,"exact":0.1,"many":1e400})";
  const auto reply = post("/api/v1/executions", R"({"code":"return 42","wait":1000})");
  EXPECT_TRUE(reply.body.contains("\"result\":" + executions_.resultJson)) << reply.body;
  const std::string id(executions_.items.front().id);
  EXPECT_EQ(get("/api/v1/executions/" + id + "/result").body, executions_.resultJson);
}

TEST_F(ApiRoutes, WaitTakesPatienceForTheEndAndForAHuman) {
  plant(first_.workspaceId, "mine");
  EXPECT_EQ(get("/api/v1/executions/task_mine/wait?ms=5&graceMs=3").status, 200);
  EXPECT_EQ(executions_.lastGrace, std::chrono::milliseconds(3));
  EXPECT_EQ(get("/api/v1/executions/task_mine/wait?ms=5").status, 200);
  EXPECT_EQ(executions_.lastGrace, execution::kWaitingGrace);
}

TEST_F(ApiRoutes, ADirectCallPassesToolInputAndOptions) {
  const auto reply =
      post("/api/v1/calls", R"({"tool":"github.issues.create","input":{"n":12345678901234567},)"
                            R"("options":{"response":"full"},"timeoutMs":5000,"wait":10})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  const auto& started = executions_.started.front();
  EXPECT_EQ(started.tool, "github.issues.create");
  EXPECT_EQ(started.inputJson, R"({"n":12345678901234567})");
  EXPECT_EQ(started.optionsJson, R"({"response":"full"})");
  EXPECT_EQ(started.timeoutMs, 5'000u);
  EXPECT_TRUE(started.code.empty());
}

TEST_F(ApiRoutes, ExecutionsAreListedByPage) {
  for (int i = 0; i < 3; ++i) plant(first_.workspaceId, std::to_string(i));
  const auto page = get("/api/v1/executions?limit=2&state=waiting").parsed();
  EXPECT_EQ(findArray(page, "items")->size(), 2u);
  EXPECT_TRUE(findBool(page, "more"));
  get("/api/v1/executions?cursor=" + std::string(findString(page, "nextCursor")));
  EXPECT_EQ(executions_.lastCursor, "next");
  EXPECT_EQ(get("/api/v1/executions?state=odd").errorCode(), "invalid_argument");
}

TEST_F(ApiRoutes, EventsContinueAfterASequenceNumber) {
  plant(first_.workspaceId, "mine");
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    executions_.journal.push_back(
        {.seq = seq, .kind = "console", .at = 5, .bodyJson = R"({"text":"x"})"});
  }
  const auto page = get("/api/v1/executions/task_mine/events?after=1&limit=1").parsed();
  ASSERT_EQ(findArray(page, "items")->size(), 1u);
  EXPECT_EQ(findInteger(findArray(page, "items")->front(), "seq"), 2);
  EXPECT_EQ(findString(page, "nextCursor"), "2");
}

TEST_F(ApiRoutes, CancelPassesTheReasonAndNeedsNoBody) {
  plant(first_.workspaceId, "mine");
  EXPECT_EQ(post("/api/v1/executions/task_mine/cancel", R"({"reason":"enough"})").status, 200);
  EXPECT_EQ(executions_.lastReason, "enough");
  EXPECT_EQ(send("POST", "/api/v1/executions/task_mine/cancel", agent()).status, 200);
}

TEST_F(ApiRoutes, AnApprovalIsDecidedOnceByAPerson) {
  plant(first_.workspaceId, "mine");
  const std::string path = "/api/v1/approvals/approval_mine";
  EXPECT_TRUE(get(path).body.contains(server_->url() + "/approvals/approval_mine"));
  const auto denied = post(path + "/decision", R"({"decision":"deny","reason":"no"})");
  EXPECT_EQ(denied.status, 200);
  EXPECT_EQ(findString(denied.parsed(), "status"), "denied");
  EXPECT_EQ(post(path + "/decision", R"({"decision":"approve"})").errorCode(), "already_decided");
  EXPECT_EQ(approvals_.items.front().status, "denied");
}

TEST_F(ApiRoutes, ADecisionIsOneOfTwoWords) {
  plant(first_.workspaceId, "mine");
  for (const auto* body : {R"({"decision":"approved"})", R"({"decision":true})", R"({})"}) {
    EXPECT_EQ(post("/api/v1/approvals/approval_mine/decision", body).status, 400);
  }
  EXPECT_EQ(approvals_.items.front().status, "pending");
}

TEST_F(ApiRoutes, ApprovalsAreListedByStatusAndExecution) {
  plant(first_.workspaceId, "one");
  plant(first_.workspaceId, "two");
  const auto count = [&](const std::string& query) {
    return findArray(get("/api/v1/approvals" + query).parsed(), "items")->size();
  };
  EXPECT_EQ(count(""), 2u);
  EXPECT_EQ(count("?status=pending&executionId=task_one"), 1u);
  EXPECT_EQ(count("?status=denied"), 0u);
  EXPECT_EQ(get("/api/v1/approvals?status=odd").status, 400);
}

TEST_F(ApiRoutes, ToolsAreSearchedUnderTheCallersOwnRules) {
  const auto found = get("/api/v1/tools?query=create+issue&namespace=github&limit=5").parsed();
  const auto& input = *find(found, "input");
  EXPECT_EQ(findString(input, "query"), "create issue");
  EXPECT_EQ(findString(input, "namespace"), "github");
  EXPECT_EQ(findInteger(input, "limit"), 5);
  EXPECT_EQ(findString(found, "approval"), "required");
  policies_.items.push_back({.effect = policy::Effect::deny});
  EXPECT_EQ(findString(get("/api/v1/tools").parsed(), "approval"), "denied");
}

TEST_F(ApiRoutes, AToolIsDescribedByItsPath) {
  const auto found = get("/api/v1/tools/github.issues.create");
  EXPECT_EQ(found.status, 200);
  EXPECT_EQ(findString(*find(found.parsed(), "input"), "path"), "github.issues.create");
  const auto unknown = get("/api/v1/tools/github.issues.craete");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_TRUE(unknown.body.contains("Did you mean"));
}

TEST_F(ApiRoutes, ReadinessFollowsTheStore) {
  EXPECT_EQ(send("GET", "/readyz").status, 200);
  serve({.ready = []() -> Task<Status> {
    co_return fail(ErrorCode::store_full, "secret detail of the disk");
  }});
  const auto reply = send("GET", "/readyz");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "not ready: store_full\n");
}

TEST_F(ApiRoutes, UnconfiguredRoutesKeepTheirTexts) {
  EXPECT_EQ(send("POST", "/mcp").body, R"({"error":"MCP OAuth is not configured"})");
  EXPECT_EQ(send("POST", "/auth/anonymous/token").body,
            R"({"error":"Anonymous auth is not configured"})");
}

TEST_F(ApiRoutes, MetricsArePrometheusText) {
  const auto reply = send("GET", "/metrics");
  EXPECT_TRUE(reply.headers.get("content-type").starts_with("text/plain; version=0.0.4"));
  EXPECT_TRUE(reply.body.contains("executor_executions_running 7\n"));
}

TEST(PlainError, HasTheTextAloneAndTheCodesStatus) {
  const auto reply = plainError({ErrorCode::unauthorized, "Invalid API key", "hint", "detail"});
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.body, R"({"error":"Invalid API key"})");
  EXPECT_FALSE(reply.headers.has("www-authenticate"));
}

}  // namespace
}  // namespace executor::api
