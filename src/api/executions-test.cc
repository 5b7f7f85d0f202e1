// Starting, waiting for and listing executions: which answer comes when.
#include "api/api-fixture.h"

namespace executor::api {
namespace {

using ApiExecutions = ApiFixture;

TEST_F(ApiExecutions, EndedOnesAnswer200AndOthers201) {
  using enum execution::State;
  const std::pair<execution::State, int> cases[] = {
      {queued, 201}, {running, 201},   {waiting, 201}, {completed, 200},
      {failed, 200}, {timed_out, 200}, {denied, 200},  {cancelled, 200}};
  for (const auto& [state, status] : cases) {
    executions_.startState = state;
    const auto reply = post("/api/v1/executions", R"({"code":"return 1"})");
    EXPECT_EQ(reply.status, status) << execution::name(state);
    EXPECT_EQ(reply.location.empty(), status == 200);
    EXPECT_EQ(findString(reply.parsed(), "status"), execution::name(state));
  }
}

TEST_F(ApiExecutions, NoPatienceRegistersNoWaiter) {
  plant(first_.workspaceId, "mine");
  EXPECT_EQ(post("/api/v1/executions", R"({"code":"return 1","wait":0})").status, 200);
  EXPECT_EQ(get("/api/v1/executions/task_mine/wait?ms=0").status, 200);
  EXPECT_EQ(executions_.waits, 0);
  EXPECT_EQ(get("/api/v1/executions/task_mine/wait").status, 200);
  EXPECT_EQ(executions_.waits, 1);
}

TEST_F(ApiExecutions, PatienceIsNoArgumentOfTheProgram) {
  const auto reply =
      post("/api/v1/executions", R"({"code":"return 1","wait":10,"graceMs":5,"timeoutMs":7})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(executions_.lastGrace, std::chrono::milliseconds(5));
  EXPECT_EQ(executions_.started.front().timeoutMs, 7u);
}

TEST_F(ApiExecutions, WhoStartsIsWhoPresentedTheCredential) {
  const std::string body = R"({"code":"return 1","metadata":{"accountId":"acct_evil"}})";
  EXPECT_EQ(send("POST", "/api/v1/executions", json(agent()), body).status, 200);
  const auto& principal = executions_.started.front().principal;
  EXPECT_EQ(principal.kind, CredentialKind::agent);
  EXPECT_EQ(principal.accountId, first_.accountId);
  for (const auto* member : {"principal", "workspaceId", "accountId", "client"}) {
    const auto forged = R"({"code":"return 1",")" + std::string(member) + R"(":"evil"})";
    EXPECT_EQ(post("/api/v1/executions", forged).errorCode(), "unknown_argument") << member;
  }
  EXPECT_EQ(executions_.started.size(), 1u);
}

TEST_F(ApiExecutions, ACallWithoutInputSendsAnEmptyObject) {
  EXPECT_EQ(post("/api/v1/calls", R"({"tool":"a.b"})").status, 200);
  EXPECT_EQ(executions_.started.front().inputJson, "{}");
  EXPECT_EQ(executions_.started.front().optionsJson, "");
  EXPECT_FALSE(executions_.started.front().timeoutMs);
}

TEST_F(ApiExecutions, ACallsInputKeepsEveryNumber) {
  for (const auto* input : {R"({"n":9007199254740993})", R"({"n":18446744073709551615})",
                            R"({"n":0.1})", R"({"n":-9223372036854775808})", R"({"n":5e-324})"}) {
    EXPECT_EQ(post("/api/v1/calls", std::string(R"({"tool":"a.b","input":)") + input + "}").status,
              200);
    EXPECT_EQ(executions_.started.back().inputJson, input);
  }
}

TEST_F(ApiExecutions, EveryStateIsAFilter) {
  for (const auto* state : {"queued", "running", "waiting", "completed", "failed", "timed_out",
                            "denied", "cancelled"}) {
    EXPECT_EQ(get(std::string("/api/v1/executions?state=") + state).status, 200) << state;
  }
  for (const auto* state : {"done", "Running", "timed-out", "running,failed"}) {
    EXPECT_EQ(get(std::string("/api/v1/executions?state=") + state).errorCode(),
              "invalid_argument");
  }
}

TEST_F(ApiExecutions, AListHasNoProgramsAndNoResults) {
  plant(first_.workspaceId, "mine");
  executions_.items.front().state = execution::State::completed;
  executions_.items.front().resultJson = "\"canary\"";
  const auto list = get("/api/v1/executions").body;
  EXPECT_TRUE(list.contains("task_mine"));
  EXPECT_FALSE(list.contains("canary") || list.contains("return 1"));
}

TEST_F(ApiExecutions, AnEmptyPageOfEventsIsTheEnd) {
  plant(first_.workspaceId, "mine");
  EXPECT_EQ(get("/api/v1/executions/task_mine/events?after=7").body,
            R"({"items":[],"more":false})");
}

}  // namespace
}  // namespace executor::api
