// Executions beyond the places of a workspace: queued, seen, served in turn, cancelled, recovered.
#include <gtest/gtest.h>

#include "execution/testing/stage.h"

namespace executor::execution {
namespace {

using testing::agent;
using testing::Paths;
using testing::Stage;

constexpr std::string_view kForever = "await new Promise(r => setTimeout(r, 600000))";

// Ids sort by time to the millisecond, and recovery goes by ids.
void untilNextMillisecond() {
  const EpochMs now = systemClock().now();
  while (systemClock().now() == now) {
  }
}

class QueueTest : public ::testing::Test {
 protected:
  // A server with these limits, and one program that holds a place until it is cancelled.
  Stage& open(AdmissionLimits limits) {
    stage_ = std::make_unique<Stage>(Paths::fresh(), limits);
    holder_ = stage_->start(std::string(kForever));
    return *stage_;
  }
  Result<std::string> tryStart(ExecuteRequest request, const std::string& workspace = "ws_1") {
    request.principal = agent(workspace);
    return stage_->run(stage_->executions->start(std::move(request)));
  }
  std::string startIn(const std::string& workspace) {
    return *tryStart({.code = std::string(kForever)}, workspace);
  }
  ExecutionView show(const std::string& id, const std::string& workspace = "ws_1") {
    return *stage_->run(stage_->executions->show(agent(workspace), id));
  }
  ExecutionView cancel(const std::string& id, const std::string& workspace = "ws_1") {
    auto view = stage_->run(stage_->executions->cancel(agent(workspace), id, ""));
    EXPECT_TRUE(view) << view.error().message;
    return view ? *view : ExecutionView();
  }
  std::vector<ExecutionView> listed(std::string state = {}) {
    return stage_->run(stage_->executions->list(agent(), {.state = std::move(state)}))->items;
  }

  std::unique_ptr<Stage> stage_;
  std::string holder_;
};

TEST_F(QueueTest, AWorkspaceRunsABoundedNumberAtOnceAndQueuesTheRest) {
  Stage& stage = open({.running = 2});
  const std::string second = stage.start(std::string(kForever));
  const std::string third = stage.start("return 3");
  const std::string fourth = stage.start("return 4");
  EXPECT_EQ(show(second).queuePosition, 0u);
  EXPECT_EQ(show(third).state, State::queued);
  EXPECT_EQ(show(third).queuePosition, 1u);
  EXPECT_EQ(show(fourth).queuePosition, 2u);
  EXPECT_EQ(stage.executions->runningCount(), 2u);
  cancel(second);
  EXPECT_EQ(stage.finish(third).resultJson, "3");
  EXPECT_EQ(stage.finish(fourth).resultJson, "4");
  EXPECT_EQ(show(third).queuePosition, 0u);
  EXPECT_EQ(stage.story(third), "created started finished");
}

TEST_F(QueueTest, AListShowsThePositions) {
  Stage& stage = open({.running = 1});
  const std::string first = stage.start("return 1");
  const std::string second = stage.start("return 2");
  show(first);
  show(second);
  std::map<std::string, std::size_t> positions;
  for (const ExecutionView& item : listed("queued")) positions[item.id] = item.queuePosition;
  EXPECT_EQ(positions[first], 1u);
  EXPECT_EQ(positions[second], 2u);
}

TEST_F(QueueTest, AFullQueueIsRefusedAndStoresNothing) {
  Stage& stage = open({.running = 1, .queued = 1});
  const std::string queued = stage.start("return 2");
  show(holder_);
  show(queued);
  const auto refused = tryStart({.code = "return 3"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::limit_exceeded);
  EXPECT_NE(refused.error().message.find("1 executions in its queue behind 1 that run"),
            std::string::npos)
      << refused.error().message;
  EXPECT_NE(refused.error().hint.find("Try again"), std::string::npos);
  EXPECT_EQ(listed().size(), 2u);
  EXPECT_TRUE(tryStart({.code = "return 3"}, "ws_2")) << "other workspaces go on";
  cancel(holder_);
  EXPECT_EQ(stage.finish(queued).resultJson, "2");
  EXPECT_TRUE(tryStart({.code = "return 3"}));
}

TEST_F(QueueTest, TheBytesOfTheQueueAreBounded) {
  Stage& stage = open({.running = 1, .queuedBytes = 1'000});
  EXPECT_TRUE(tryStart({.code = "return 1"}));
  const auto refused = tryStart({.code = "return 2 //" + std::string(1'000, 'x')});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(stage.executions->runningCount(), 1u);
}

TEST_F(QueueTest, QueuedTimeIsNotTheProgramsTime) {
  Stage& stage = open({.running = 1});
  const std::string id = stage.start("return 'in time'", 400);
  const SteadyTime later = SteadyClock::now() + std::chrono::milliseconds(600);
  stage.until([&] { return SteadyClock::now() > later; });
  EXPECT_EQ(show(id).state, State::queued);
  cancel(holder_);
  EXPECT_EQ(stage.finish(id).resultJson, R"("in time")");
}

TEST_F(QueueTest, AQueuedExecutionIsCancelledWithoutHavingRun) {
  Stage& stage = open({.running = 1});
  const std::string first = stage.start("return 1");
  const std::string second = stage.start("return 2");
  EXPECT_EQ(cancel(first).state, State::cancelled);
  EXPECT_EQ(stage.story(first), "created finished");
  EXPECT_EQ(show(second).queuePosition, 1u);
  EXPECT_EQ(stage.executions->runningCount(), 1u) << "it had no place to give back";
  cancel(holder_);
  EXPECT_EQ(stage.finish(second).resultJson, "2");
  EXPECT_EQ(stage.executions->runningCount(), 0u);
}

TEST_F(QueueTest, WorkspacesGetFreePlacesInTurn) {
  open({.running = 10, .runningInAll = 1});
  const std::string a1 = startIn("ws_1"), a2 = startIn("ws_1"), a3 = startIn("ws_1");
  const std::string b1 = startIn("ws_2");
  EXPECT_EQ(show(b1, "ws_2").queuePosition, 1u) << "a position says nothing of other workspaces";
  cancel(holder_);
  EXPECT_EQ(show(a1).queuePosition, 0u);
  EXPECT_EQ(show(b1, "ws_2").queuePosition, 1u);
  cancel(a1);
  EXPECT_EQ(show(b1, "ws_2").queuePosition, 0u) << "before a2, which came earlier";
  EXPECT_EQ(show(a2).queuePosition, 1u);
  cancel(b1, "ws_2");
  EXPECT_EQ(show(a2).queuePosition, 0u);
  EXPECT_EQ(show(a3).queuePosition, 1u);
}

TEST_F(QueueTest, WhoWaitsForAHumanHasNoPlace) {
  Stage& stage = open({.running = 1});
  stage.addShop();
  cancel(holder_);
  const std::string asking = stage.start("return (await tools.shop.items.create({name: 'x'})).id");
  const PendingApproval asked = stage.untilAsked(asking);
  EXPECT_EQ(stage.runProgram("return 'meanwhile'").resultJson, R"("meanwhile")");
  const std::string holder = stage.start(std::string(kForever));
  stage.decide(asked.id, true);
  EXPECT_EQ(stage.finish(asking).resultJson, "7") << "and goes on without one";
  EXPECT_EQ(show(holder).queuePosition, 0u);
}

TEST_F(QueueTest, WaitAnswersAfterTheGraceWithThePosition) {
  Stage& stage = open({.running = 1});
  const std::string id = stage.start("return 1");
  const auto view = stage.run(
      stage.executions->wait(agent(), id, Deadline::max(), std::chrono::milliseconds(20)));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->state, State::queued);
  EXPECT_EQ(view->queuePosition, 1u);
}

TEST_F(QueueTest, ADirectCallIsQueuedToo) {
  Stage& stage = open({.running = 1});
  stage.addShop();
  const std::string id = stage.call("shop.items.list", "{}");
  EXPECT_EQ(show(id).queuePosition, 1u);
  EXPECT_TRUE(stage.upstream.seen().empty());
  cancel(holder_);
  EXPECT_EQ(stage.finish(id).state, State::completed);
  EXPECT_EQ(stage.story(id), "created started call call_requested delivered finished");
}

TEST_F(QueueTest, AnIdempotencyKeyNamesTheQueuedExecution) {
  Stage& stage = open({.running = 1});
  const ExecuteRequest request{.code = "return Math.random()", .idempotencyKey = "k"};
  const std::string id = *tryStart(request);
  EXPECT_EQ(*tryStart(request), id);
  const std::string behind = stage.start("return 2");
  EXPECT_EQ(show(behind).queuePosition, 2u) << "the repetition took no place in the queue";
  cancel(holder_);
  EXPECT_EQ(stage.finish(id).state, State::completed);
  EXPECT_EQ(stage.finish(behind).resultJson, "2");
}

TEST_F(QueueTest, ADrainingServerLeavesTheQueueToTheNext) {
  Stage& stage = open({.running = 1});
  const std::string queued = stage.start("return 1");
  stage.run([](Executions& all) -> Task<bool> {
    co_await all.drain(deadlineAfter(std::chrono::milliseconds(1)));
    co_return true;
  }(*stage.executions));
  EXPECT_EQ(stage.executions->runningCount(), 0u) << "handed over";
  EXPECT_EQ(show(queued).state, State::queued);
}

TEST_F(QueueTest, QueuedOnesGoOnAfterARestartInTheirOrder) {
  const Paths paths = Paths::fresh();
  std::string holder, first, second;
  {
    Stage before(paths, {.running = 1});
    before.keepFiles = true;
    before.addShop();
    holder = before.start(std::string(kForever));
    untilNextMillisecond();
    first = before.start("return 1");
    untilNextMillisecond();
    second = before.call("shop.items.list", "{}");
    for (const std::string& id : {holder, first, second}) before.show(id);
  }
  stage_ = std::make_unique<Stage>(paths, AdmissionLimits{.running = 1});
  ASSERT_TRUE(stage_->run(stage_->executions->recover()));
  EXPECT_EQ(show(first).queuePosition, 1u);
  EXPECT_EQ(show(second).queuePosition, 2u);
  cancel(holder);
  EXPECT_EQ(stage_->finish(first).resultJson, "1");
  EXPECT_EQ(stage_->story(first), "created resumed started finished");
  EXPECT_TRUE(isFinal(stage_->finish(second).state));
}

}  // namespace
}  // namespace executor::execution
