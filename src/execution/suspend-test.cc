// Executions that wait leave memory, lose nothing, and come back once for each reason to.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "approval/approval-record.h"
#include "execution/ownership.h"
#include "execution/testing/stage.h"

namespace executor::execution {
namespace {

using testing::agent;
using testing::Paths;
using testing::person;
using testing::Stage;

constexpr std::string_view kCreate =
    "const before = Math.random(); console.log('once');"
    "const list = await tools.shop.items.list();"
    "const made = await tools.shop.items.create({name: 'x' + before});"
    "return [list.length, made.id, made.got.name === 'x' + before]";

class SuspendTest : public ::testing::Test {
 protected:
  explicit SuspendTest(AdmissionLimits limits = {})
      : stage_(Paths::fresh(), limits, {.suspendAfter = std::chrono::milliseconds(0)}) {
    stage_.addShop();
    EXPECT_TRUE(stage_.run(stage_.executions->recover()));
  }

  std::string startAndSuspend(std::string code, std::uint32_t timeoutMs = kDefaultTimeoutMs) {
    const std::string id = stage_.start(std::move(code), timeoutMs);
    stage_.untilSuspended(id);
    return id;
  }

  ExecutionRecord record(std::string id) {
    return *stage_.run(stage_.store->read([id](store::Txn& txn) -> Result<ExecutionRecord> {
      EXECUTOR_TRY(auto found, txn.get<ExecutionRecord>(id));
      return *found;
    }));
  }

  approval::ApprovalView asked(const std::string& id) {
    return stage_.run(stage_.approvals->list(person(), "pending", id))->at(0);
  }

  // As if so much time had passed for everybody.
  void pass(EpochMs span) {
    stage_.clock.advance(span);
    stage_.store->notify(kDueTopic);
  }

  Stage stage_;
};

TEST_F(SuspendTest, WhoWaitsForAHumanLeavesMemoryAndComesBackWithTheDecision) {
  const std::string id = startAndSuspend(std::string(kCreate));
  EXPECT_EQ(record(id).nodeId, "") << "nobody runs it";
  EXPECT_EQ(stage_.executions->runningCount(), 0u);
  stage_.decide(asked(id).id, true, "go on");
  const ExecutionView view = stage_.finish(id);
  EXPECT_EQ(view.state, State::completed) << view.errorMessage;
  EXPECT_EQ(view.resultJson, "[1,7,true]");
  EXPECT_EQ(stage_.upstream.count("POST"), 1u);
  EXPECT_EQ(stage_.upstream.count("GET"), 1u) << "what was delivered is not asked again";
  ASSERT_EQ(view.logs.size(), 1u);
  EXPECT_FALSE(stage_.marker(id));
}

TEST_F(SuspendTest, ADenialReachesTheProgramThatLeft) {
  const std::string id = startAndSuspend(
      "try { await tools.shop.items.create({name: 'x'}) } catch (e) { return [e.code, e.message] "
      "}");
  stage_.decide(asked(id).id, false, "too dear");
  const ExecutionView view = stage_.finish(id);
  EXPECT_NE(view.resultJson.find("approval_denied"), std::string::npos) << view.resultJson;
  EXPECT_NE(view.resultJson.find("too dear"), std::string::npos);
  EXPECT_EQ(stage_.upstream.count("POST"), 0u);
}

TEST_F(SuspendTest, ASuspendedOneIsShownAsWhatItWaitsFor) {
  const std::string id = startAndSuspend(std::string(kCreate));
  const ExecutionView view = stage_.show(id);
  EXPECT_EQ(view.state, State::waiting);
  ASSERT_EQ(view.approvals.size(), 1u);
  EXPECT_EQ(view.approvals[0].tool, "shop.items.create");
  ASSERT_EQ(view.calls.size(), 2u);
  EXPECT_EQ(view.calls[1].status, "waiting");
  EXPECT_EQ(view.code, kCreate);
  EXPECT_TRUE(stage_.story(id).ends_with("delivered call approval_requested"));
  const auto listed = stage_.run(stage_.executions->list(agent(), {.state = "waiting"}));
  ASSERT_EQ(listed->items.size(), 1u);
  EXPECT_EQ(stage_.untilAsked(id).id, view.approvals[0].id) << "and waiting for it ends at once";
}

TEST_F(SuspendTest, WhoeverWaitsForItIsToldOfItsEnd) {
  const std::string id = startAndSuspend(std::string(kCreate));
  std::optional<Result<ExecutionView>> told;
  asio::co_spawn(stage_.loop,
                 stage_.executions->wait(agent(), id, deadlineAfter(std::chrono::seconds(50)),
                                         std::chrono::seconds(50)),
                 [&](std::exception_ptr, Result<ExecutionView> view) { told = std::move(view); });
  stage_.decide(asked(id).id, true);
  stage_.until([&] { return told.has_value(); });
  EXPECT_EQ((*told)->state, State::completed);
}

TEST_F(SuspendTest, ACancelledOneEndsAndItsApprovalWithIt) {
  const std::string id = startAndSuspend(std::string(kCreate));
  const std::string approval = asked(id).id;
  const auto view = stage_.run(stage_.executions->cancel(agent(), id, "not needed"));
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->state, State::cancelled);
  EXPECT_NE(view->errorMessage.find("not needed"), std::string::npos);
  EXPECT_EQ(stage_.run(stage_.approvals->show(person(), approval))->status, "cancelled");
  EXPECT_EQ(stage_.upstream.count("POST"), 0u);
  EXPECT_FALSE(stage_.marker(id));
  const auto again = stage_.run(stage_.executions->cancel(agent(), id, ""));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
}

TEST_F(SuspendTest, AForeignWorkspaceCannotCancelIt) {
  const std::string id = startAndSuspend(std::string(kCreate));
  const auto refused = stage_.run(stage_.executions->cancel(agent("ws_2"), id, ""));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  EXPECT_TRUE(stage_.marker(id)->suspended);
}

TEST_F(SuspendTest, AnExpiredApprovalIsAnErrorOfItsCall) {
  const std::string id = startAndSuspend(
      "try { await tools.shop.items.create({name: 'x'}) } catch (e) { return e.code }");
  const std::string approval = asked(id).id;
  auto expired = stage_.run(
      stage_.store->write([approval, now = stage_.clock.now()](store::Txn& txn) -> Status {
        EXECUTOR_TRY(auto one, txn.get<approval::ApprovalRecord>(approval));
        return leavePending(txn, *one, approval::ApprovalStatus::expired, now, &wake);
      }));
  ASSERT_TRUE(expired);
  EXPECT_EQ(stage_.finish(id).resultJson, R"("approval_expired")");
}

// D11, issue 4: default 30 days.
TEST_F(SuspendTest, OnePastItsAgeIsCancelledAsExpired) {
  const std::string id = startAndSuspend(std::string(kCreate));
  pass(kDefaultWaitingDays * kDayMs - 1);
  EXPECT_TRUE(stage_.marker(id)->suspended) << "not a moment before";
  pass(1);
  const ExecutionView view = stage_.finish(id);
  EXPECT_EQ(view.state, State::cancelled);
  EXPECT_NE(view.errorMessage.find("expired"), std::string::npos) << view.errorMessage;
  EXPECT_EQ(stage_.upstream.count("POST"), 0u);
}

// D12: people stop the clock.
TEST_F(SuspendTest, ADayOfWaitingForAHumanIsNoTimeOfTheProgram) {
  const std::string id = startAndSuspend(std::string(kCreate), 10'000);
  pass(24 * 3600 * 1000);
  stage_.decide(asked(id).id, true);
  EXPECT_EQ(stage_.finish(id).state, State::completed);
  EXPECT_LT(record(id).usedMs, 10'000);
}

TEST_F(SuspendTest, ATimerBringsItBackWithoutItsHumanAndItsTimeCounts) {
  const std::string id = startAndSuspend(
      "const late = new Promise(r => setTimeout(() => r('late'), 60000));"
      "return await Promise.race([late, tools.shop.items.create({name: 'x'})])");
  EXPECT_EQ(stage_.marker(id)->wakeAt, stage_.clock.now() + 60'000);
  pass(59'999);
  EXPECT_TRUE(stage_.marker(id)->suspended);
  pass(1);
  const ExecutionView view = stage_.finish(id);
  EXPECT_EQ(view.resultJson, R"("late")") << view.errorMessage;
  EXPECT_GE(record(id).usedMs, 60'000) << "a timer is no human";
  EXPECT_EQ(stage_.upstream.count("POST"), 0u);
}

TEST_F(SuspendTest, ASleeperWhoseTimeIsOverIsToldSo) {
  const std::string id = startAndSuspend("await new Promise(r => setTimeout(r, 200000))", 100'000);
  pass(100'000);
  EXPECT_EQ(stage_.finish(id).state, State::timed_out);
}

TEST_F(SuspendTest, AClockThatIsSetBackCostsNothing) {
  const std::string id =
      startAndSuspend("await new Promise(r => setTimeout(r, 60000)); return 'slept'", 100'000);
  stage_.clock.advance(-3'600'000);
  pass(3'600'000 + 60'000);
  EXPECT_EQ(stage_.finish(id).resultJson, R"("slept")");
}

TEST_F(SuspendTest, SeveralCallsWaitTogetherAndAreDecidedOneByOne) {
  const std::string id = startAndSuspend(
      "const made = await Promise.all([1, 2, 3].map("
      "n => tools.shop.items.create({name: 'n' + n}).catch(e => e.code)));"
      "return made.map(m => m.id ?? m).sort()");
  ASSERT_EQ(stage_.show(id).approvals.size(), 3u);
  for (const bool approve : {true, false, true}) {
    stage_.decide(asked(id).id, approve);
  }
  EXPECT_EQ(stage_.finish(id).resultJson, R"([7,7,"approval_denied"])");
  EXPECT_EQ(stage_.upstream.count("POST"), 2u);
}

TEST_F(SuspendTest, ADirectCallLeavesAndComesBackToo) {
  const std::string id = stage_.call("shop.items.create", R"({"name":"x"})");
  stage_.untilSuspended(id);
  stage_.decide(asked(id).id, true);
  EXPECT_EQ(stage_.finish(id).state, State::completed);
  EXPECT_EQ(stage_.upstream.count("POST"), 1u);
}

// The request is under way: only the guest leaves.
TEST_F(SuspendTest, WhoWaitsForASlowUpstreamIsReplayedWhenTheAnswerIsThere) {
  stage_.upstream.holdUntil(2);
  const std::string id = stage_.start(
      "const before = Math.random(); const read = await tools.shop.slow.read();"
      "return [read.together, typeof before]");
  stage_.until([&] { return stage_.upstream.count("GET") == 1; });
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(stage_.marker(id) && stage_.marker(id)->suspended);
  stage_.upstream.release();
  EXPECT_EQ(stage_.finish(id).state, State::completed);
  EXPECT_EQ(stage_.upstream.count("GET"), 1u) << "not sent again";
}

class FullWorkspaceTest : public SuspendTest {
 protected:
  FullWorkspaceTest() : SuspendTest({.waiting = 1}) {}
};

TEST_F(FullWorkspaceTest, SuspendedOnesCountAmongThoseThatWait) {
  const std::string id = startAndSuspend(std::string(kCreate));
  ExecuteRequest request{.principal = agent(), .code = "return 1"};
  const auto refused = stage_.run(stage_.executions->start(request));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::limit_exceeded);
  stage_.decide(asked(id).id, true);
  stage_.finish(id);
  EXPECT_TRUE(stage_.run(stage_.executions->start(request))) << "its place is free again";
}

TEST_F(FullWorkspaceTest, TheCountSurvivesARestart) {
  const std::string id = startAndSuspend(std::string(kCreate));
  stage_.runOn(*stage_.runtime);
  ASSERT_TRUE(stage_.run(stage_.executions->recover()));
  ExecuteRequest request{.principal = agent(), .code = "return 1"};
  EXPECT_FALSE(stage_.run(stage_.executions->start(request)));
}

TEST(SuspendGrace, WithoutSomebodyToBringThemBackNobodyLeaves) {
  Stage stage(Paths::fresh(), {}, {.suspendAfter = std::chrono::milliseconds(0)});
  stage.addShop();
  const std::string id = stage.start(std::string(kCreate));
  const PendingApproval asked = stage.untilAsked(id);
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(stage.marker(id) && stage.marker(id)->suspended);
  stage.decide(asked.id, true);
  EXPECT_EQ(stage.finish(id).state, State::completed);
}

TEST(SuspendGrace, ItComesBackInTheNextServerToo) {
  const Paths paths = Paths::fresh();
  std::string id;
  {
    Stage first(paths, {}, {.suspendAfter = std::chrono::milliseconds(0)});
    first.keepFiles = true;
    first.addShop();
    ASSERT_TRUE(first.run(first.executions->recover()));
    id = first.start(std::string(kCreate));
    first.untilSuspended(id);
  }
  Stage second(paths, {}, {.nodeId = "node_2"});
  ASSERT_TRUE(second.run(second.executions->recover()));
  EXPECT_TRUE(second.marker(id)->suspended) << "it is not even read before it is due";
  second.decide(second.show(id).approvals.at(0).id, false);
  EXPECT_EQ(second.finish(id).state, State::denied);
}

}  // namespace
}  // namespace executor::execution
