// What survives: a restart, kill -9 of the server, kill of a worker (invariant 8; D7, D8).
#include <gtest/gtest.h>

#include "execution/event.h"
#include "execution/execution-record.h"
#include "execution/testing/stage.h"

namespace executor::execution {
namespace {

using testing::agent;
using testing::LastingUpstream;
using testing::Paths;
using testing::person;
using testing::runAndKill;
using testing::Stage;

// The journal as a crash leaves it that comes before the first event of this kind is durable.
Status cutBefore(store::Txn& txn, const std::string& id, EventKind kind) {
  EXECUTOR_TRY(auto record, txn.get<ExecutionRecord>(id));
  EXECUTOR_TRY(auto pages, txn.scan<JournalPage>({.from = id + "/", .to = id + "0", .limit = 100}));
  for (JournalPage& page : pages.items) {
    EXECUTOR_TRY(std::vector<Event> events, decodeEvents(page.events, page.firstSeq));
    std::string kept;
    for (const Event& event : events) {
      if (event.kind == kind) record->nextSeq = event.seq;
      if (event.seq >= record->nextSeq) break;
      kept += (kept.empty() ? "[" : ",") + encodeEvent(event);
    }
    page.events = kept + "]";
    EXECUTOR_CHECK(kept.empty() ? txn.remove<JournalPage>(page.id) : txn.replace(page));
  }
  record->state = State::running;
  record->ending.reset();
  EXECUTOR_CHECK(txn.put(OpenExecution{.id = id, .nodeId = record->nodeId}));
  return txn.replace(*record);
}

class RecoveryTest : public ::testing::Test {
 protected:
  RecoveryTest() {
    Stage first(paths_);
    first.keepFiles = true;
    first.addShop(upstream_.url());
    first.allow("shop.slow.write");
  }

  // A server started again on the same files.
  std::unique_ptr<Stage> reopen() {
    auto stage = std::make_unique<Stage>(paths_);
    Status recovered = stage->run(stage->executions->recover());
    EXPECT_TRUE(recovered) << recovered.error().message;
    return stage;
  }

  // Until the server that will be killed has an approval in the store, as another process sees it.
  void untilAskedElsewhere() {
    Stage other(paths_);
    other.keepFiles = true;
    other.until(
        [&] { return !other.run(other.approvals->list(person(), "pending", ""))->empty(); });
  }

  LastingUpstream upstream_;
  Paths paths_ = Paths::fresh();
};

constexpr std::string_view kCreate =
    "const before = Math.random(); console.log('once'); emit('shown once');"
    "const list = await tools.shop.items.list();"
    "const made = await tools.shop.items.create({name: 'x' + before});"
    "return [list.length, made.id, made.got.name === 'x' + before]";

TEST_F(RecoveryTest, APendingApprovalSurvivesKillAndIsSentOnceWhenApproved) {
  const std::string id = runAndKill(paths_, std::string(kCreate));
  auto stage = reopen();
  const PendingApproval asked = stage->untilAsked(id);
  EXPECT_EQ(upstream_.count("POST"), 0u);
  stage->decide(asked.id, true, "go on");
  const ExecutionView view = stage->finish(id);
  EXPECT_EQ(view.state, State::completed) << view.errorMessage;
  EXPECT_EQ(view.resultJson, "[1,7,true]");
  EXPECT_EQ(upstream_.count("POST"), 1u);
  EXPECT_EQ(upstream_.count("GET"), 1u) << "a delivered read is not sent again";
  ASSERT_EQ(view.logs.size(), 1u) << "console lines of replayed turns are dropped";
  EXPECT_EQ(view.logs[0].text, "once");
  ASSERT_EQ(view.emitted.size(), 1u) << "and so are outputs";
  EXPECT_EQ(view.emitted[0].text, "shown once");
}

TEST_F(RecoveryTest, AnApprovalDecidedInAnotherProcessCountsAfterTheRestart) {
  const std::string id = runAndKill(paths_, std::string(kCreate));
  {
    Stage other(paths_);
    other.keepFiles = true;
    auto pending = other.run(other.approvals->list(person(), "pending", id));
    ASSERT_EQ(pending->size(), 1u);
    other.decide(pending->front().id, false, "not now");
  }
  auto stage = reopen();
  const ExecutionView view = stage->finish(id);
  EXPECT_EQ(view.state, State::denied);
  EXPECT_NE(view.errorMessage.find("not now"), std::string::npos);
  EXPECT_EQ(upstream_.count("POST"), 0u);
}

TEST_F(RecoveryTest, AnUnsafeCallThatWasBeingSentIsUnknownAndNotSentAgain) {
  upstream_.holdUntil(9);
  const std::string id =
      runAndKill(paths_, "try { return await tools.shop.slow.write() } catch (e) { return e.code }",
                 [&] { upstream_.waitFor("POST", 1); });
  auto stage = reopen();
  const ExecutionView view = stage->finish(id);
  EXPECT_EQ(view.resultJson, R"("outcome_unknown")") << view.errorMessage;
  EXPECT_EQ(view.calls[0].status, "unknown");
  EXPECT_EQ(upstream_.count("POST"), 1u);
}

TEST_F(RecoveryTest, ASafeCallWithoutOutcomeRunsAgain) {
  upstream_.holdUntil(2);
  // The approval that is asked for makes the journal durable up to here; the read is under way.
  const std::string id =
      runAndKill(paths_,
                 "const calls = [tools.shop.items.create({name: 'x'}), tools.shop.slow.read()];"
                 "return (await calls[1]).together",
                 [&] {
                   upstream_.waitFor("GET", 1);
                   untilAskedElsewhere();
                 });
  auto stage = reopen();
  const ExecutionView view = stage->finish(id);
  EXPECT_EQ(view.resultJson, "2") << view.errorMessage;
  EXPECT_EQ(upstream_.count("GET"), 2u);
}

TEST_F(RecoveryTest, ADirectCallThatWaitsSurvivesARestart) {
  std::string id;
  {
    Stage first(paths_);
    first.keepFiles = true;
    id = first.call("shop.items.create", R"({"name":"x"})");
    first.untilAsked(id);
  }
  auto stage = reopen();
  stage->decide(stage->untilAsked(id).id, true);
  EXPECT_EQ(stage->finish(id).state, State::completed);
  EXPECT_EQ(upstream_.count("POST"), 1u);
}

TEST_F(RecoveryTest, OpenTimersGoOnAfterARestart) {
  std::string id;
  {
    Stage first(paths_);
    first.keepFiles = true;
    id = first.start(
        "await new Promise(r => setTimeout(r, 1));"
        "await Promise.all([new Promise(r => setTimeout(r, 1500)), "
        "tools.shop.items.list()]); return 'late'");
    first.until([&] { return first.show(id).calls.size() == 1; });
    first.show(id);
  }
  auto stage = reopen();
  EXPECT_EQ(stage->finish(id).resultJson, R"("late")");
}

TEST_F(RecoveryTest, AFinishedExecutionIsLeftAlone) {
  std::string id;
  {
    Stage first(paths_);
    first.keepFiles = true;
    id = first.runProgram("return 5").id;
  }
  auto stage = reopen();
  EXPECT_EQ(stage->executions->runningCount(), 0u);
  EXPECT_EQ(stage->show(id).resultJson, "5");
}

TEST_F(RecoveryTest, AnotherNodesExecutionIsLeftAlone) {
  const std::string id = runAndKill(paths_, std::string(kCreate));
  Stage stage(paths_);
  auto moved = stage.run(stage.store->write([id](store::Txn& txn) -> Status {
    return txn.put(OpenExecution{id, "ws_1", "node_other"});
  }));
  ASSERT_TRUE(moved);
  ASSERT_TRUE(stage.run(stage.executions->recover()));
  EXPECT_EQ(stage.executions->runningCount(), 0u);
  EXPECT_EQ(stage.marker(id)->nodeId, "node_other");
}

TEST_F(RecoveryTest, AChangedJournalIsADivergenceThatSendsNothing) {
  const std::string id = runAndKill(paths_, std::string(kCreate));
  Stage stage(paths_);
  // The program now does something else than the journal says.
  auto changed = stage.run(stage.store->write([id](store::Txn& txn) -> Status {
    EXECUTOR_TRY(auto record, txn.get<ExecutionRecord>(id));
    record->submission.code.text = "await tools.shop.items.missing({})";
    return txn.replace(*record);
  }));
  ASSERT_TRUE(changed);
  ASSERT_TRUE(stage.run(stage.executions->recover()));
  const ExecutionView view = stage.finish(id);
  EXPECT_EQ(view.state, State::failed);
  EXPECT_EQ(view.errorCode, "replay_diverged");
  EXPECT_NE(view.errorMessage.find("turn 1"), std::string::npos) << view.errorMessage;
  EXPECT_EQ(upstream_.count("POST"), 0u);
  EXPECT_TRUE(stage.run(stage.approvals->list(person(), "pending", id))->empty());
}

TEST_F(RecoveryTest, AStaleOwnersAppendIsRefused) {
  Stage first(paths_);
  first.keepFiles = true;
  const std::string id = first.start("await tools.shop.items.create({name: 'x'})");
  const PendingApproval asked = first.untilAsked(id);
  Stage second(paths_);
  second.keepFiles = true;
  ASSERT_TRUE(second.run(second.executions->recover()));
  second.untilAsked(id);
  second.decide(asked.id, true);
  EXPECT_EQ(second.finish(id).state, State::completed);
  auto told = first.run(first.executions->wait(agent(), id, deadlineAfter(std::chrono::seconds(20)),
                                               std::chrono::seconds(20)));
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(told->state, State::completed) << "the first tells what became of it elsewhere";
  EXPECT_EQ(upstream_.count("POST"), 1u);
}

TEST_F(RecoveryTest, AnApprovalTheJournalDidNotLiveToTellOfIsShownAndEndsWithItsExecution) {
  std::string id;
  PendingApproval asked;
  {
    Stage first(paths_);
    first.keepFiles = true;
    id = first.start("return await tools.shop.items.create({name: 'x'})");
    asked = first.untilAsked(id);
    EXPECT_TRUE(first.run(first.store->write(
        [id](store::Txn& t) { return cutBefore(t, id, EventKind::approval_requested); })));
  }
  auto again = reopen();
  EXPECT_EQ(again->untilAsked(id).id, asked.id);
  const auto ended = again->run(again->executions->cancel(agent(), id, "enough"));
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->state, State::cancelled);
  EXPECT_EQ(again->run(again->approvals->show(agent(), asked.id))->status, "cancelled");
  EXPECT_EQ(upstream_.count("POST"), 0u);
}

TEST_F(RecoveryTest, ADirectCallWhoseOutcomeIsDurableEndsWithItAndIsNotMadeAgain) {
  std::string id;
  {
    Stage first(paths_);
    first.keepFiles = true;
    id = first.call("shop.items.create", R"({"name":"x"})");
    first.decide(first.untilAsked(id).id, true);
    EXPECT_EQ(first.finish(id).state, State::completed);
    EXPECT_TRUE(first.run(
        first.store->write([id](store::Txn& t) { return cutBefore(t, id, EventKind::finished); })));
  }
  auto again = reopen();
  const ExecutionView view = again->finish(id);
  EXPECT_EQ(view.state, State::completed) << view.errorMessage;
  ASSERT_EQ(view.calls.size(), 1u);
  EXPECT_EQ(view.calls[0].status, "completed");
  EXPECT_EQ(upstream_.count("POST"), 1u);
}

}  // namespace
}  // namespace executor::execution
