// Executions seen as tasks: the states, the questions, and who sees what.
#include "mcp/execution-tasks.h"

#include "mcp/mcp-fixture.h"

namespace executor::mcp {
namespace {

using execution::State;

class McpTasks : public McpFixture {
 protected:
  McpTasks() {
    capabilities_ = R"({"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})";
  }
  api::Reply task(const std::string& method, const std::string& id, const std::string& more = "") {
    return modern("tasks/" + method, R"(,"taskId":")" + id + "\"" + more, {{"mcp-name", id}});
  }
  json::object get(const std::string& id) { return resultOf(task("get", id)); }
  api::Reply execute() {
    return modern("tools/call", R"(,"name":"execute","arguments":{"code":"return 42"})",
                  {{"mcp-name", "execute"}});
  }
  execution::ExecutionView& mine(State state) {
    plant(first_.workspaceId, "mine");
    executions_.items.back().state = state;
    executions_.items.back().createdAt = clock_.now();
    executions_.items.back().resultJson = "42";
    return executions_.items.back();
  }
};

TEST_F(McpTasks, WhatIsOverSoonIsAnsweredDirectly) {
  auto result = resultOf(execute());
  EXPECT_EQ(findString(result, "resultType"), "complete");
  EXPECT_EQ(textOf(result), "42");
  EXPECT_EQ(executions_.lastGrace, kTaskGrace);  // D15
}

TEST_F(McpTasks, WhatGoesOnIsATaskWhoseIdIsTheExecution) {
  executions_.startState = State::running;
  auto result = resultOf(execute());
  EXPECT_EQ(findString(result, "resultType"), "task");
  EXPECT_EQ(findString(result, "taskId"), executions_.items.back().id);
  EXPECT_EQ(findString(result, "status"), "working");
  EXPECT_TRUE(result.at("ttlMs").is_null());
  EXPECT_EQ(findInteger(result, "pollIntervalMs"), kTaskPollMs);
  for (const char* no : {"requestState", "inputRequests", "result", "content", "task", "ttl"}) {
    EXPECT_FALSE(result.contains(no)) << no;
  }
  EXPECT_EQ(findString(get(std::string(findString(result, "taskId"))), "status"), "working");
}

TEST_F(McpTasks, AClientThatDidNotDeclareTasksNeverGetsOne) {
  capabilities_ = "{}";
  executions_.startState = State::running;
  EXPECT_EQ(findString(resultOf(execute()), "resultType"), "complete");
  for (const char* method : {"get", "update", "cancel"}) {
    auto reply = task(method, "task_x", R"(,"inputResponses":{})");
    EXPECT_EQ(reply.status, 400) << method;
    EXPECT_EQ(rpcCode(reply), -32021) << method;
  }
}

TEST_F(McpTasks, EveryEndOfAProgramIsACompletedTaskWithItsResult) {
  auto& view = mine(State::completed);
  for (auto [state, isError] :
       {std::pair(State::completed, false), std::pair(State::failed, true),
        std::pair(State::timed_out, true), std::pair(State::denied, true)}) {
    view.state = state;
    auto result = get("task_mine");
    EXPECT_EQ(findString(result, "resultType"), "complete");
    EXPECT_EQ(findString(result, "status"), "completed") << execution::name(state);
    const auto* inner = findObject(result, "result");
    ASSERT_TRUE(inner) << execution::name(state);
    EXPECT_TRUE(findArray(*inner, "content"));
    EXPECT_EQ(findBool(*inner, "isError"), isError) << execution::name(state);
  }
}

TEST_F(McpTasks, ACancelledTaskHasNoResult) {
  mine(State::cancelled);
  auto result = get("task_mine");
  EXPECT_EQ(findString(result, "status"), "cancelled");
  EXPECT_FALSE(result.contains("result"));
}

TEST_F(McpTasks, AWaitingTaskAsksForEachPendingApproval) {
  mine(State::waiting);
  auto result = get("task_mine");
  EXPECT_EQ(findString(result, "status"), "input_required");
  const auto* requests = findObject(result, "inputRequests");
  ASSERT_TRUE(requests);
  EXPECT_EQ(findString(*findObject(*requests, "approval_mine"), "method"), "elicitation/create");
  EXPECT_NE(findString(result, "statusMessage").find("/approvals/approval_mine"),
            std::string_view::npos);
  EXPECT_EQ(findInteger(result, "pollIntervalMs"), kWaitingTaskPollMs);
}

TEST_F(McpTasks, AClientThatCannotBeAskedIsToldWhereAPersonCan) {
  capabilities_ = R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})";
  mine(State::waiting);
  auto result = get("task_mine");
  EXPECT_EQ(findString(result, "status"), "working");
  EXPECT_FALSE(result.contains("inputRequests")) << "elicitation was not declared";
  EXPECT_NE(findString(result, "statusMessage").find("/approvals/approval_mine"),
            std::string_view::npos);
}

TEST_F(McpTasks, AnUpdateDecidesAndIsAcknowledgedEmpty) {
  mine(State::waiting);
  auto reply = task("update", "task_mine",
                    R"(,"inputResponses":{"approval_mine":)"
                    R"({"action":"accept","content":{"decision":"approve"}},"unknown":7})");
  auto result = resultOf(reply);
  EXPECT_EQ(findString(result, "resultType"), "complete");
  EXPECT_EQ(result.size(), 2u) << "resultType and _meta, nothing of the task: " << reply.body;
  EXPECT_EQ(approvals_.items.front().status, "approved");
}

TEST_F(McpTasks, AnUpdateOverAKeyThatMayNotApproveDecidesNothing) {
  mine(State::waiting);
  key_ = run(identity_->createKey(owner(), "agent", false))->key;
  task("update", "task_mine",
       R"(,"inputResponses":{"approval_mine":)"
       R"({"action":"accept","content":{"decision":"approve"}}})");
  EXPECT_EQ(approvals_.items.front().status, "pending");  // D1
}

TEST_F(McpTasks, AnUpdateMustBeWellFormedAndDecidesNothingOtherwise) {
  mine(State::waiting);
  for (const char* more :
       {"", R"(,"inputResponses":[])", R"(,"inputResponses":{"approval_mine":5})",
        R"(,"inputResponses":{"approval_mine":{"action":"accept"}})"}) {
    EXPECT_EQ(rpcCode(task("update", "task_mine", more)), -32602) << more;
  }
  EXPECT_EQ(approvals_.items.front().status, "pending");
}

TEST_F(McpTasks, AForeignOrUnknownTaskIsNotFoundByAnyMethod) {
  plant("ws_other", "theirs");
  for (const char* id : {"task_theirs", "task_none"}) {
    for (const char* method : {"get", "update", "cancel"}) {
      auto reply = task(method, id, R"(,"inputResponses":{})");
      EXPECT_EQ(rpcCode(reply), -32602) << method << id;
    }
  }
  EXPECT_EQ(executions_.items.back().state, State::waiting) << "nothing was cancelled";
  EXPECT_EQ(rpcCode(modern("tasks/get", "", {{"mcp-name", ""}})), -32602);
}

TEST_F(McpTasks, CancelIsAcknowledgedEmptyAndEndsTheExecution) {
  mine(State::running);
  auto result = resultOf(task("cancel", "task_mine"));
  EXPECT_EQ(findString(result, "resultType"), "complete");
  EXPECT_FALSE(result.contains("taskId"));
  EXPECT_EQ(executions_.items.back().state, State::cancelled);
}

TEST_F(McpTasks, TheNameHeaderOfATaskMustBeItsId) {
  mine(State::running);
  auto reply = modern("tasks/get", R"(,"taskId":"task_mine")", {{"mcp-name", "task_other"}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(rpcCode(reply), -32020);
  EXPECT_EQ(rpcCode(modern("tasks/get", R"(,"taskId":"task_mine")")), -32020);
}

TEST_F(McpTasks, TheMethodsThatTheExtensionDoesNotHaveDoNotExist) {
  for (const char* method : {"tasks/list", "tasks/result"}) {
    auto reply = modern(method, R"(,"taskId":"task_mine")");
    EXPECT_EQ(reply.status, 404) << method;
    EXPECT_EQ(rpcCode(reply), -32601) << method;
  }
  EXPECT_EQ(rpcCode(legacy("tasks/get", R"({"taskId":"task_mine"})")), -32601)
      << "the extension does not exist before 2026-07-28";
}

TEST_F(McpTasks, ATaskParameterOfTheOldExperimentIsIgnored) {
  capabilities_ = R"({"tasks":{"requests":{"tools":{"call":{}}}}})";
  executions_.startState = State::running;
  auto reply =
      modern("tools/call", R"(,"name":"execute","arguments":{"code":"1"},"task":{"ttl":60000})",
             {{"mcp-name", "execute"}});
  EXPECT_EQ(findString(resultOf(reply), "resultType"), "complete");
}

TEST_F(McpTasks, TheExtensionIsDeclaredInTheModernEraAlone) {
  auto discover = resultOf(modern("server/discover"));
  EXPECT_TRUE(findObject(*findObject(*findObject(discover, "capabilities"), "extensions"),
                         kTasksExtension));
  EXPECT_EQ(features_.capabilities(Era::legacy).find("tasks"), std::string::npos);
}

TEST_F(McpTasks, TheTimeToLiveIsTheRetentionCountedFromTheCreation) {
  auto& view = mine(State::completed);
  view.finishedAt = view.createdAt + 500;
  std::vector<approval::ApprovalView> none;
  TaskState state{view, none, std::nullopt, ""};
  state.keptFor = 10'000;
  EXPECT_NE(taskMembers(state, false).find(R"("ttlMs":10500)"), std::string::npos)
      << taskMembers(state, false) << view.createdAt;
  view.finishedAt = 0;
  EXPECT_NE(taskMembers(state, false).find(R"("ttlMs":null)"), std::string::npos)
      << "what is open is never removed";
}

TEST(McpTaskTime, IsIsoInUtcWithMilliseconds) {
  EXPECT_EQ(isoTime(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(isoTime(1'800'000'000'123), "2027-01-15T08:00:00.123Z");
}

}  // namespace
}  // namespace executor::mcp
