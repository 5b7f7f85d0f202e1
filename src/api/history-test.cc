// Finding, re-running, reading the course and removing, over the wire.
#include "api/api-fixture.h"

namespace executor::api {
namespace {

using ApiHistory = ApiFixture;

TEST_F(ApiHistory, EveryFilterReachesTheSearch) {
  EXPECT_EQ(get("/api/v1/executions?state=failed&tool=a.b&client=mcp&since=5&until=9&q=x%20y"
                "&limit=7&cursor=c")
                .status,
            200);
  const auto& query = executions_.lastQuery;
  EXPECT_EQ(query.state, "failed");
  EXPECT_EQ(query.tool, "a.b");
  EXPECT_EQ(query.client, "mcp");
  EXPECT_EQ(query.since, 5);
  EXPECT_EQ(query.until, 9);
  EXPECT_EQ(query.text, "x y");
  EXPECT_EQ(query.limit, 7u);
  EXPECT_EQ(query.cursor, "c");
}

TEST_F(ApiHistory, AMisspeltOrBadFilterIsRefused) {
  for (const char* query : {"statee=failed", "search=x", "since=yesterday", "since=-1", "limit=0",
                            "limit=101", "until=1.5"}) {
    const auto reply = get(std::string("/api/v1/executions?") + query);
    EXPECT_EQ(reply.status, 400) << query << reply.body;
  }
}

TEST_F(ApiHistory, ASearchThatEndedAtItsBoundSaysSo) {
  executions_.partial = true;
  EXPECT_EQ(get("/api/v1/executions").body, R"({"items":[],"more":false,"partial":true})");
  executions_.partial = false;
  EXPECT_EQ(get("/api/v1/executions").body, R"({"items":[],"more":false})");
}

TEST_F(ApiHistory, ARerunIsANewExecutionOfTheCaller) {
  plant(first_.workspaceId, "mine");
  const auto reply = send("POST", "/api/v1/executions/task_mine/rerun", agent());
  EXPECT_EQ(reply.status, 200) << reply.body;
  ASSERT_EQ(executions_.started.size(), 1u);
  const auto& started = executions_.started.front();
  EXPECT_EQ(started.rerunOf, "task_mine");
  EXPECT_EQ(started.code, "return 1");
  EXPECT_EQ(started.principal.kind, CredentialKind::agent);
  EXPECT_EQ(started.client, "api");
  executions_.startState = execution::State::waiting;
  const auto waiting = post("/api/v1/executions/task_mine/rerun", R"({"wait":5})");
  EXPECT_EQ(waiting.status, 201);
  EXPECT_TRUE(waiting.location.starts_with("/api/v1/executions/task_"));
}

// Attack: what is run again is what ran, and as whom is not the caller's to say.
TEST_F(ApiHistory, ARerunTakesNoProgramAndNoPrincipal) {
  plant(first_.workspaceId, "mine");
  for (const char* body : {R"({"code":"return 2"})", R"({"accountId":"acct_evil"})",
                           R"({"rerunOf":"task_x"})", R"({"principal":{}})"}) {
    EXPECT_EQ(post("/api/v1/executions/task_mine/rerun", body).errorCode(), "unknown_argument");
  }
  plant("ws_other", "theirs");
  EXPECT_EQ(post("/api/v1/executions/task_theirs/rerun", "{}").status, 404);
  EXPECT_TRUE(executions_.started.empty());
}

TEST_F(ApiHistory, TheTimelineHasItsSumsAndEntries) {
  plant(first_.workspaceId, "mine");
  executions_.course = {.entries = {{.seq = 4,
                                     .kind = "call",
                                     .at = 110,
                                     .durationMs = 0,
                                     .n = 1,
                                     .text = "a.b completed",
                                     .status = "completed",
                                     .waitedFor = "upstream"},
                                    {.seq = 5, .kind = "console", .at = 111, .text = "[log] hi"}},
                        .more = 3,
                        .createdAt = 100,
                        .queuedMs = 1,
                        .personMs = 2,
                        .upstreamMs = 3,
                        .totalMs = 9};
  EXPECT_EQ(get("/api/v1/executions/task_mine/timeline").body,
            R"({"createdAt":100,"totalMs":9,"queuedMs":1,"personMs":2,"upstreamMs":3,"items":[)"
            R"({"seq":4,"kind":"call","at":110,"durationMs":0,"n":1,"text":"a.b completed",)"
            R"("status":"completed","waitedFor":"upstream"},)"
            R"({"seq":5,"kind":"console","at":111,"text":"[log] hi"}],"notShown":3})");
}

TEST_F(ApiHistory, RemovingNeedsATimeAndAPerson) {
  EXPECT_EQ(send("POST", "/api/v1/executions/prune", json(agent()), R"({"before":5})").status, 403);
  for (const char* body : {"{}", R"({"before":0})", R"({"before":"1"})", R"({"before":-1})"}) {
    EXPECT_EQ(post("/api/v1/executions/prune", body).status, 400) << body;
  }
  EXPECT_EQ(post("/api/v1/executions/prune", R"({"before":5,"force":true})").errorCode(),
            "unknown_argument");
  EXPECT_EQ(executions_.prunedBefore, 0);
  EXPECT_EQ(post("/api/v1/executions/prune", R"({"before":5})").body,
            R"({"removed":3,"more":true})");
  EXPECT_EQ(executions_.prunedBefore, 5);
}

}  // namespace
}  // namespace executor::api
