// What a client sees of its execution before the answer, and how its user decides.
#include "mcp/follow-execution.h"

#include "mcp/legacy-channel.h"
#include "mcp/legacy-fixture.h"

namespace executor::mcp {
namespace {

using execution::State;

class McpFollowExecution : public LegacyFixture {
 protected:
  McpFollowExecution() {
    executions_.startState = State::running;
    session_ = initialize(R"({"elicitation":{"form":{},"url":{}}})");
  }

  std::shared_ptr<Stream> execute(const std::string& more = "") {
    auto stream = call("execute", R"({"code":"return 1"})", more);
    until([&] { return !executions_.items.empty(); });
    return stream;
  }
  // The execution waits for a person, as the real one says it.
  void wait(std::initializer_list<const char*> ids) {
    auto& item = executions_.items.front();
    item.state = State::waiting;
    item.approvals.clear();
    for (const char* id : ids) {
      item.approvals.push_back({.id = id, .tool = "github.issues.create", .summary = "Create"});
      if (approvals_.find(owner(), id)) continue;
      approvals_.items.push_back({.id = id,
                                  .workspaceId = first_.workspaceId,
                                  .executionId = item.id,
                                  .toolPath = "github.issues.create",
                                  .summary = "Create an issue",
                                  .status = "pending",
                                  .inputJson = R"({"title":"Hello"})"});
    }
  }
  void finish() {
    auto& item = executions_.items.front();
    item.approvals.clear();
    item.state = State::completed;
    item.resultJson = "42";
  }
  void addCalls(std::size_t count) {
    auto& calls = executions_.items.front().calls;
    for (std::size_t i = 0; i < count; ++i) {
      calls.push_back({.n = static_cast<std::uint32_t>(calls.size() + 1),
                       .tool = "github.issues.list",
                       .status = "completed"});
    }
  }
  void answer(const json::value& question, const std::string& result) {
    auto reply = inSession(R"({"jsonrpc":"2.0","id":)" + serializeJson(*find(question, "id")) +
                           R"(,"result":)" + result + "}");
    EXPECT_EQ(reply.status, 202);
  }
  std::string status(std::string_view id) { return approvals_.find(owner(), id)->status; }
  void useKey(bool mayApprove) {
    first_.agentKey = run(identity_->createKey(owner(), "other", mayApprove))->key;
    session_ = initialize(R"({"elicitation":{"form":{},"url":{}}})");
  }
  static std::vector<json::value> all(const Stream& stream, std::string_view method) {
    auto out = stream.messages();
    std::erase_if(out, [&](auto& value) { return findString(value, "method") != method; });
    return out;
  }
};

TEST_F(McpFollowExecution, CallsMadeAreProgressThatRises) {
  auto stream = execute(R"(,"_meta":{"progressToken":5})");
  addCalls(2);
  until([&] { return stream->count("notifications/progress") == 1; });
  addCalls(1);
  until([&] { return stream->count("notifications/progress") == 2; });
  finish();
  until([&] { return stream->over; });
  std::vector<std::int64_t> values;
  for (auto& note : all(*stream, "notifications/progress")) {
    values.push_back(findInteger(*findObject(note, "params"), "progress"));
  }
  EXPECT_EQ(values, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(textOf(*findObject(stream->answer(7), "result")), "42");
}

TEST_F(McpFollowExecution, ConsoleLinesAreLogMessagesInTheirOrder) {
  inSession(R"({"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"info"}})");
  auto stream = execute();
  executions_.items.front().logs = {{"log", "one"}, {"debug", "hidden"}, {"warn", "two"}};
  until([&] { return stream->count("notifications/message") == 2; });
  executions_.items.front().logs.push_back({"error", "three"});
  finish();
  until([&] { return stream->over; });
  std::string seen;
  for (auto& note : all(*stream, "notifications/message")) {
    const auto& params = *findObject(note, "params");
    seen +=
        std::string(findString(params, "level")) + ":" + std::string(findString(params, "data"));
    seen += " ";
    EXPECT_EQ(findString(params, "logger"), "program");
  }
  EXPECT_EQ(seen, "info:one warning:two error:three ");
}

TEST_F(McpFollowExecution, AChattyProgramIsCutWithANote) {
  inSession(R"({"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"debug"}})");
  auto stream = execute();
  executions_.items.front().logs.assign(kMaxLogMessages + 50, {"log", "x"});
  finish();
  until([&] { return stream->over; });
  auto notes = all(*stream, "notifications/message");
  ASSERT_EQ(notes.size(), kMaxLogMessages);
  EXPECT_NE(serializeJson(notes.back()).find("come with the result"), std::string::npos);
}

TEST_F(McpFollowExecution, AnApprovalIsAskedAndAnAcceptedOneIsApproved) {
  auto stream = execute();
  wait({"approval_a"});
  until([&] { return stream->count("elicitation/create") == 1; });
  auto question = stream->message("elicitation/create");
  EXPECT_NE(serializeJson(question).find("github.issues.create"), std::string::npos);
  answer(question, R"({"action":"accept","content":{"decision":"approve","reason":"ok"}})");
  until([&] { return status("approval_a") == "approved"; });
  EXPECT_EQ(approvals_.items.front().reason, "ok");
  finish();
  until([&] { return stream->over; });
  EXPECT_EQ(stream->count("notifications/cancelled"), 0u) << "an answered question is over";
}

TEST_F(McpFollowExecution, DecliningDenies) {
  auto stream = execute();
  wait({"approval_a"});
  until([&] { return stream->count("elicitation/create") == 1; });
  answer(stream->message("elicitation/create"), R"({"action":"decline"})");
  until([&] { return status("approval_a") == "denied"; });
  EXPECT_EQ(approvals_.items.front().reason, "declined by the user");
  finish();
  until([&] { return stream->over; });
}

TEST_F(McpFollowExecution, DismissingAndNonsenseLeaveItPending) {
  auto stream = execute();
  wait({"approval_a", "approval_b", "approval_c"});
  until([&] { return stream->count("elicitation/create") == 3; });
  auto questions = all(*stream, "elicitation/create");
  answer(questions[0], R"({"action":"cancel"})");
  answer(questions[1], R"({"action":"accept","content":{"decision":"yes please"}})");
  answer(questions[2], R"({"action":"accept"})");
  settle();
  for (const char* id : {"approval_a", "approval_b", "approval_c"}) {
    EXPECT_EQ(status(id), "pending") << id;
  }
  finish();
  until([&] { return stream->over; });
  EXPECT_EQ(stream->count("elicitation/create"), 3u) << "nobody is asked twice in one request";
}

TEST_F(McpFollowExecution, EachPendingApprovalIsAskedOnce) {
  auto stream = execute();
  wait({"approval_a"});
  until([&] { return stream->count("elicitation/create") == 1; });
  wait({"approval_a", "approval_b"});
  until([&] { return stream->count("elicitation/create") == 2; });
  auto second = all(*stream, "elicitation/create")[1];
  answer(second, R"({"action":"accept","content":{"decision":"deny"}})");
  until([&] { return status("approval_b") == "denied"; });
  EXPECT_EQ(status("approval_a"), "pending");
  finish();
  until([&] { return stream->over; });
}

TEST_F(McpFollowExecution, AsksABoundedNumberAtOnce) {
  auto stream = execute();
  wait({"approval_0", "approval_1", "approval_2", "approval_3", "approval_4", "approval_5",
        "approval_6", "approval_7", "approval_8"});
  until([&] { return stream->count("elicitation/create") == kMaxQuestionsAtOnce; });
  answer(stream->message("elicitation/create"), R"({"action":"cancel"})");
  until([&] { return stream->count("elicitation/create") == kMaxQuestionsAtOnce + 1; });
  finish();
  until([&] { return stream->over; });
}

TEST_F(McpFollowExecution, ADecisionMadeElsewhereTakesTheQuestionBack) {
  auto stream = execute();
  wait({"approval_a"});
  until([&] { return stream->count("elicitation/create") == 1; });
  approvals_.items.front().status = "approved";
  executions_.items.front().approvals.clear();
  executions_.items.front().state = State::running;
  until([&] { return stream->count("notifications/cancelled") == 1; });
  answer(stream->message("elicitation/create"), R"({"action":"decline"})");
  EXPECT_EQ(status("approval_a"), "approved") << "a late answer changes nothing";
  finish();
  until([&] { return stream->over; });
}

TEST_F(McpFollowExecution, AQuestionIsTakenBackBeforeTheAnswerThatMakesItIdle) {
  auto stream = execute();
  wait({"approval_a"});
  until([&] { return stream->count("elicitation/create") == 1; });
  approvals_.items.front().status = "approved";
  finish();  // decided elsewhere, and done before anybody looked
  until([&] { return stream->over; });
  EXPECT_EQ(stream->count("notifications/cancelled"), 1u);
  EXPECT_LT(stream->text.find("notifications/cancelled"), stream->text.find(R"("result":{)"));
}

TEST_F(McpFollowExecution, AKeyThatMayNotApproveIsShownThePage) {
  useKey(false);
  auto stream = execute();
  wait({"approval_a"});
  until([&] { return stream->count("elicitation/create") == 1; });
  auto params = *findObject(stream->message("elicitation/create"), "params");
  EXPECT_EQ(findString(params, "mode"), "url");
  EXPECT_NE(findString(params, "url").find("/approvals/approval_a"), std::string_view::npos);
  answer(stream->message("elicitation/create"),
         R"({"action":"accept","content":{"decision":"approve"}})");
  settle();
  EXPECT_EQ(status("approval_a"), "pending") << "opening a page decides nothing";
  approvals_.items.front().status = "approved";
  finish();
  until([&] { return stream->over; });
  auto complete = stream->message("notifications/elicitation/complete");
  EXPECT_EQ(findString(*findObject(complete, "params"), "elicitationId"), "approval_a");
}

TEST_F(McpFollowExecution, AKeyThatMayNotApproveIsNeverAskedByForm) {
  useKey(false);
  session_ = initialize(R"({"elicitation":{}})");
  executions_.startState = State::completed;
  executions_.resultJson = "42";
  auto stream = execute();
  until([&] { return stream->over; });
  EXPECT_EQ(stream->type, "application/json");
  EXPECT_EQ(executions_.lastGrace, execution::kWaitingGrace);  // D16
}

TEST_F(McpFollowExecution, AClientThatCannotBeAskedIsToldToResume) {
  session_ = initialize("{}");
  executions_.startState = State::waiting;
  auto stream = execute();
  until([&] { return stream->over; });
  EXPECT_EQ(executions_.lastGrace, execution::kWaitingGrace);
  EXPECT_NE(stream->text.find("resume"), std::string::npos);
}

TEST_F(McpFollowExecution, AWithdrawnRequestTakesItsQuestionsBack) {
  auto stream = execute();
  wait({"approval_a"});
  until([&] { return stream->count("elicitation/create") == 1; });
  inSession(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
  until([&] { return stream->over; });
  EXPECT_EQ(stream->count("notifications/cancelled"), 1u);
  EXPECT_TRUE(stream->answer(7).is_null());
  EXPECT_EQ(executions_.items.front().state, State::cancelled);
}

TEST_F(McpFollowExecution, AVanishedClientCancelsNothing) {
  auto stream = execute(R"(,"_meta":{"progressToken":5})");
  addCalls(1);
  until([&] { return stream->count("notifications/progress") == 1; });
  stream->cancel->cancel();
  until([&] { return stream->over; });
  settle();
  EXPECT_EQ(executions_.items.front().state, State::running);  // D17
  finish();
}

TEST_F(McpFollowExecution, ResumeAsksAgain) {
  plant(first_.workspaceId, "mine");
  executions_.items.front().approvals = {{"approval_mine", "github.issues.create", ""}};
  auto stream = call("resume", R"({"taskId":"task_mine"})");
  until([&] { return stream->count("elicitation/create") == 1; });
  answer(stream->message("elicitation/create"),
         R"({"action":"accept","content":{"decision":"approve"}})");
  until([&] { return status("approval_mine") == "approved"; });
  finish();
  until([&] { return stream->over; });
}

TEST(McpPatience, IsShorterThanThatOfClients) {
  EXPECT_LT(kQuestionGrace, std::chrono::seconds(60));  // D16
  EXPECT_GT(kQuestionGrace, execution::kWaitingGrace);
}

}  // namespace
}  // namespace executor::mcp
