// Each way an execution changes hands, as one transaction.
#include "execution/ownership.h"

#include <gtest/gtest.h>

#include "approval/approval-record.h"
#include "invocation/testing/world.h"

namespace executor::execution {
namespace {

class OwnershipTest : public ::testing::Test {
 protected:
  OwnershipTest() : world_(invocation::testing::Paths::fresh(), executionSchema()) {}

  template <class F>
  auto write(F fn) {
    return world_.run(world_.store->write(std::move(fn)));
  }

  ExecutionRecord owned(std::string id, std::string node = "node_a") {
    ExecutionRecord record;
    record.id = id;
    record.workspaceId = "ws_1";
    record.state = State::running;
    record.nodeId = node;
    record.epoch = 3;
    record.nextSeq = 9;
    EXPECT_TRUE(write([record](store::Txn& t) -> Status {
      EXECUTOR_CHECK(t.insert(record));
      return t.insert(OpenExecution{record.id, record.workspaceId, record.nodeId});
    }));
    return record;
  }

  Result<std::int64_t> leaveFor(const ExecutionRecord& record, EpochMs wakeAt,
                                EpochMs clockSince = 0, std::vector<std::string> asked = {}) {
    Leave leaving{record, wakeAt, clockSince, std::move(asked)};
    return write([leaving, &approvals = *world_.approvals](store::Txn& t) {
      return leave(t, leaving, approvals);
    });
  }

  std::optional<Claimed> claimFor(std::string id, std::string node, EpochMs now,
                                  std::string from = "") {
    auto claimed = write([=](store::Txn& t) { return claim(t, Claim{id, from, node, now}); });
    EXPECT_TRUE(claimed) << claimed.error().message;
    return claimed.value_or(std::nullopt);
  }

  Due due(EpochMs now, std::size_t limit = 10) {
    return *write([=](store::Txn& t) { return findDue(t, now, limit); });
  }

  invocation::testing::World world_;
};

TEST_F(OwnershipTest, WhatLeftIsClaimedOnceAndOnlyWhenItIsDue) {
  const ExecutionRecord record = owned("task_1");
  ASSERT_TRUE(leaveFor(record, 100));
  EXPECT_FALSE(claimFor("task_1", "node_b", 99));
  const auto claimed = claimFor("task_1", "node_b", 100);
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->record.nodeId, "node_b");
  EXPECT_EQ(claimed->record.epoch, 4u) << "what the former owner still writes fails";
  EXPECT_TRUE(claimed->wasSuspended);
  EXPECT_FALSE(claimFor("task_1", "node_c", 100)) << "who comes second finds nothing";
}

// Those who look sleep until the first that they know of.
TEST_F(OwnershipTest, OneThatSleepsTellsThoseWhoLookForWork) {
  const auto isTold = [&](const ExecutionRecord& record, EpochMs wakeAt, EpochMs clockSince) {
    store::Watch watch = world_.store->watch(kDueTopic);
    EXPECT_TRUE(leaveFor(record, wakeAt, clockSince));
    return world_.run(watch.wait(deadlineAfter(std::chrono::milliseconds(100))));
  };
  EXPECT_FALSE(isTold(owned("task_1"), 30 * kDayMs, 0)) << "it waits for a person";
  EXPECT_TRUE(isTold(owned("task_2"), 5'000, 4'000)) << "it sleeps";
}

TEST_F(OwnershipTest, NobodyTakesWhatSomebodyRuns) {
  owned("task_1");
  EXPECT_FALSE(claimFor("task_1", "node_b", 1'000'000));
  EXPECT_FALSE(claimFor("task_1", "node_b", 1'000'000, "node_c"));
  EXPECT_TRUE(claimFor("task_1", "node_a", 0, "node_a")) << "its own node, after a restart";
}

TEST_F(OwnershipTest, OnlyTheOwnerOfAllEventsCanLeave) {
  ExecutionRecord record = owned("task_1");
  for (int which = 0; which < 3; ++which) {
    ExecutionRecord stale = record;
    if (which == 0) stale.epoch = 2;
    if (which == 1) stale.nextSeq = 8;
    if (which == 2) stale.nodeId = "node_b";
    const auto left = leaveFor(stale, 100);
    ASSERT_FALSE(left) << which;
    EXPECT_EQ(left.error().code, ErrorCode::conflict);
  }
  ASSERT_TRUE(leaveFor(record, 100));
  EXPECT_FALSE(leaveFor(record, 100)) << "nor twice";
}

TEST_F(OwnershipTest, AClockThatRanOnIsInTheTimeUsed) {
  ExecutionRecord record = owned("task_1");
  record.usedMs = 50;
  ASSERT_TRUE(leaveFor(record, 10'000, 4'000));
  EXPECT_EQ(claimFor("task_1", "node_b", 10'000)->record.usedMs, 6'050);
}

TEST_F(OwnershipTest, AClockThatStoodIsNot) {
  ExecutionRecord record = owned("task_1");
  record.usedMs = 50;
  ASSERT_TRUE(leaveFor(record, 10'000));
  EXPECT_EQ(claimFor("task_1", "node_b", 10'000)->record.usedMs, 50);
}

TEST_F(OwnershipTest, AWallClockThatWasSetBackAddsNothing) {
  ExecutionRecord record = owned("task_1");
  record.usedMs = 50;
  ASSERT_TRUE(leaveFor(record, 1, 4'000));
  EXPECT_EQ(claimFor("task_1", "node_b", 1'000)->record.usedMs, 50);
}

TEST_F(OwnershipTest, AnApprovalThatWasDecidedMeanwhileMakesItDueAtOnce) {
  const ExecutionRecord record = owned("task_1");
  approval::ApprovalDraft draft{.id = "approval_1", .workspaceId = "ws_1", .executionId = "task_1"};
  draft.inputJson = "{}";
  auto& approvals = *world_.approvals;
  ASSERT_TRUE(write([&](store::Txn& t) { return approvals.create(t, draft, world_.clock.now()); }));
  const std::string approver = "approval_1";
  world_.clock.advance(1);
  ASSERT_TRUE(world_.run(approvals.decide(invocation::testing::person(), approver, true, "")));
  ASSERT_TRUE(leaveFor(record, 1'000'000, 0, {approver}));
  EXPECT_EQ(due(5).ids, std::vector<std::string>{"task_1"});
}

TEST_F(OwnershipTest, WakingMakesTheSuspendedDueAndTouchesNobodyElse) {
  ASSERT_TRUE(leaveFor(owned("task_1"), 1'000'000));
  owned("task_2");
  EXPECT_TRUE(due(5).ids.empty());
  for (const char* id : {"task_1", "task_2", "task_none"}) {
    EXPECT_TRUE(write([id](store::Txn& t) { return wake(t, id); }));
  }
  EXPECT_EQ(due(5).ids, std::vector<std::string>{"task_1"});
  EXPECT_FALSE(claimFor("task_2", "node_b", 5));
}

TEST_F(OwnershipTest, TheDueComeInOrderAndTheNextIsKnown) {
  ASSERT_TRUE(leaveFor(owned("task_1"), 300));
  ASSERT_TRUE(leaveFor(owned("task_2"), 100));
  ASSERT_TRUE(leaveFor(owned("task_3"), 200));
  EXPECT_EQ(due(50).next, 100);
  EXPECT_EQ(due(250).ids, (std::vector<std::string>{"task_2", "task_3"}));
  EXPECT_EQ(due(250).next, 300);
  EXPECT_EQ(due(1'000).next, std::nullopt);
  EXPECT_EQ(due(1'000, 1).ids, std::vector<std::string>{"task_2"});
  EXPECT_EQ(due(1'000, 1).next, 200) << "the rest waits for room";
}

TEST_F(OwnershipTest, HandingOverIsDueAtOnceAndIsNotCountedAsSuspended) {
  const ExecutionRecord record = owned("task_1");
  ASSERT_TRUE(write([record](store::Txn& t) { return handOver(t, record); }));
  const auto claimed = claimFor("task_1", "node_b", 0);
  ASSERT_TRUE(claimed);
  EXPECT_FALSE(claimed->wasSuspended);
  EXPECT_EQ(claimed->suspended, 0);
}

TEST_F(OwnershipTest, SuspendedOnesAreCountedPerWorkspace) {
  EXPECT_EQ(*leaveFor(owned("task_1"), 10), 1);
  EXPECT_EQ(*leaveFor(owned("task_2"), 10), 2);
  EXPECT_EQ(claimFor("task_1", "node_b", 10)->suspended, 1);
  EXPECT_EQ(claimFor("task_2", "node_b", 10)->suspended, 0);
}

TEST_F(OwnershipTest, WhatCannotBeTakenUpIsPutOff) {
  ASSERT_TRUE(leaveFor(owned("task_1"), 10));
  ASSERT_TRUE(claimFor("task_1", "node_b", 10));
  ASSERT_TRUE(write([](store::Txn& t) { return postpone(t, "task_1", "node_c", 900); }));
  EXPECT_FALSE(claimFor("task_1", "node_c", 950)) << "node_b runs it";
  ASSERT_TRUE(write([](store::Txn& t) { return postpone(t, "task_1", "node_b", 500); }));
  EXPECT_FALSE(claimFor("task_1", "node_b", 499));
  EXPECT_TRUE(claimFor("task_1", "node_b", 500));
}

TEST_F(OwnershipTest, AMarkerOfSomethingFinalIsTidiedAway) {
  ExecutionRecord record = owned("task_1", "");
  record.state = State::completed;
  ASSERT_TRUE(write([record](store::Txn& t) { return t.replace(record); }));
  EXPECT_FALSE(claimFor("task_1", "node_b", 0));
  EXPECT_TRUE(due(100).ids.empty());
}

TEST_F(OwnershipTest, TheNextOwnerLearnsThatItWasToEnd) {
  ASSERT_TRUE(leaveFor(owned("task_1"), 10));
  ASSERT_TRUE(write([](store::Txn& t) { return t.put(CancelRequest{"task_1", "", "enough"}); }));
  EXPECT_EQ(claimFor("task_1", "node_b", 10)->cancelReason, "enough");
}

TEST_F(OwnershipTest, ANodeKnowsWhatItOwnsAndWhatItHasLost) {
  owned("task_1");
  owned("task_2");
  owned("task_3", "node_b");
  EXPECT_EQ(*write([](store::Txn& t) { return ownedBy(t, "node_a"); }),
            (std::vector<std::string>{"task_1", "task_2"}));
  const std::vector<std::string> mine{"task_1", "task_2", "task_3", "task_unstored"};
  EXPECT_EQ(*write([mine](store::Txn& t) { return notOwned(t, mine, "node_a"); }),
            std::vector<std::string>{"task_3"});
}

}  // namespace
}  // namespace executor::execution
