// What goes, what stays, and that an interruption leaves nothing half and nothing behind.
#include "execution/retention.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "approval/approval-record.h"
#include "execution/execution-record.h"
#include "invocation/testing/world.h"

namespace executor::execution {
namespace {

class RetentionTest : public ::testing::Test {
 protected:
  RetentionTest() : world_(invocation::testing::Paths::fresh(), executionSchema()) {}

  ExecutionRecord record(int number, EpochMs age, State state = State::completed) {
    ExecutionRecord record;
    record.id = fmt::format("task_{:06}", number);
    record.workspaceId = "ws_1";
    record.state = state;
    record.createdAt = world_.clock.now() - age - 10;
    record.finishedAt = isFinal(state) ? record.createdAt + 10 : 0;
    return record;
  }
  // Pages, approvals, a claim and a blob beside the record.
  void put(ExecutionRecord record, int pages = 1, int approvals = 1) {
    record.claim = "claim_" + record.id;
    write([record](store::Txn& txn) -> Status {
      EXECUTOR_CHECK(txn.insert(record));
      return txn.insert(ExecutionClaim{*record.claim, record.id});
    });
    for (int i = 0; i < pages; ++i) {
      write([record, i](store::Txn& txn) {
        return txn.insert(JournalPage{pageKey(record.id, i + 1), record.id, record.workspaceId,
                                      static_cast<std::uint64_t>(i + 1), 0, "[]"});
      });
    }
    for (int i = 0; i < approvals; ++i) {
      write([record, i](store::Txn& txn) {
        return txn.insert(
            approval::ApprovalRecord{.id = fmt::format("approval_{}_{}", record.id, i),
                                     .workspaceId = record.workspaceId,
                                     .executionId = record.id,
                                     .status = approval::ApprovalStatus::approved});
      });
    }
    ASSERT_TRUE(world_.run(world_.store->blobs().put(
        {.bytes = "big " + record.id, .owner = record.id, .workspaceId = record.workspaceId})));
  }
  std::string keepResult(const std::string& executionId) {
    return world_
        .run(world_.results->keep({.workspaceId = "ws_1",
                                   .executionId = executionId,
                                   .mimeType = "text/plain",
                                   .bytes = "result of " + executionId}))
        ->id;
  }
  void write(std::function<Status(store::Txn&)> fn) {
    auto done = world_.run(world_.store->write(std::move(fn)));
    ASSERT_TRUE(done) << done.error().message;
  }
  template <class R>
  std::size_t count() {
    return world_
        .run(world_.store->read([](store::Txn& txn) -> Result<std::size_t> {
          EXECUTOR_TRY(auto page, txn.scan<R>({.limit = store::kMaxScan}));
          return page.items.size();
        }))
        .value_or(999);
  }
  std::size_t everything() {
    return count<ExecutionRecord>() + count<JournalPage>() + count<approval::ApprovalRecord>() +
           count<ExecutionClaim>() + count<invocation::ResultRecord>() + count<RemovalMarker>();
  }
  Pruned prune(EpochMs age = kDayMs) {
    auto pruned = world_.run(retention_->prune("ws_1", world_.clock.now() - age));
    EXPECT_TRUE(pruned) << pruned.error().message;
    return pruned.value_or(Pruned());
  }
  Pruned sweep() {
    auto swept = world_.run(retention_->sweep());
    EXPECT_TRUE(swept) << swept.error().message;
    return swept.value_or(Pruned());
  }

  invocation::testing::World world_;
  std::unique_ptr<Retention> retention_ = std::make_unique<Retention>(*world_.store, world_.clock);
};

TEST_F(RetentionTest, AnOldExecutionGoesWithAllThatBelongsToIt) {
  put(record(1, 2 * kDayMs), 3, 2);
  keepResult("task_000001");
  EXPECT_EQ(prune().executions, 1u);
  EXPECT_EQ(everything(), 0u);
  world_.clock.advance(2 * store::kBlobGraceMs);
  EXPECT_EQ(world_.run(world_.store->blobs().sweep()).value_or(0), 2u) << "text and result";
}

TEST_F(RetentionTest, WhatIsYoungOrOpenStays) {
  put(record(1, 2 * kDayMs, State::waiting));
  put(record(2, 2 * kDayMs, State::queued));
  put(record(3, 2 * kDayMs));
  put(record(4, kDayMs / 2));
  const std::size_t before = everything();
  EXPECT_EQ(prune().executions, 1u);
  EXPECT_EQ(count<ExecutionRecord>(), 3u);
  EXPECT_EQ(everything(), before - 4);
  EXPECT_EQ(prune().executions, 0u) << "nothing is left to do";
}

// It began long ago and ended today: its age counts from its end.
TEST_F(RetentionTest, AnAgeCountsFromTheEnd) {
  ExecutionRecord late = record(1, 40 * kDayMs);
  late.finishedAt = world_.clock.now() - 5;
  put(late);
  EXPECT_EQ(prune().executions, 0u);
}

TEST_F(RetentionTest, AnotherWorkspaceIsNotTouched) {
  ExecutionRecord other = record(1, 2 * kDayMs);
  other.workspaceId = "ws_2";
  put(other);
  EXPECT_EQ(prune().executions, 0u);
  EXPECT_EQ(count<ExecutionRecord>(), 1u);
}

TEST_F(RetentionTest, AnExecutionTooBigForATransactionGoesInSeveral) {
  put(record(1, 2 * kDayMs), static_cast<int>(2 * kRemovedPerTransaction) + 7, 3);
  put(record(2, 2 * kDayMs));
  EXPECT_EQ(prune().executions, 2u);
  EXPECT_EQ(everything(), 0u);
}

// The process died after the first transaction: the record is gone, a marker tells of the rest.
TEST_F(RetentionTest, AnInterruptedRemovalIsFinishedByTheNextLook) {
  put(record(1, 2 * kDayMs), 5, 2);
  write([](store::Txn& txn) -> Status {
    EXECUTOR_CHECK(txn.remove<ExecutionRecord>("task_000001"));
    EXECUTOR_CHECK(txn.remove<ExecutionClaim>("claim_task_000001"));
    return txn.put(RemovalMarker{"task_000001", "ws_1"});
  });
  sweep();
  EXPECT_EQ(everything(), 0u);
}

TEST_F(RetentionTest, AClaimThatBelongsToAnotherStays) {
  put(record(1, 2 * kDayMs));
  write([](store::Txn& txn) { return txn.put(ExecutionClaim{"claim_task_000001", "task_other"}); });
  prune();
  EXPECT_EQ(count<ExecutionClaim>(), 1u);
}

TEST_F(RetentionTest, ManyGoInBoundedSteps) {
  for (int i = 1; i <= 230; ++i) put(record(i, 2 * kDayMs), 1, 0);
  const Pruned pruned = prune();
  EXPECT_EQ(pruned.executions, 230u);
  EXPECT_FALSE(pruned.more);
  EXPECT_EQ(everything(), 0u);
}

TEST_F(RetentionTest, ASweepGoesByTheAgesOfEachWorkspace) {
  put(record(1, 20 * kDayMs));
  ExecutionRecord other = record(2, 20 * kDayMs);
  other.workspaceId = "ws_2";
  put(other);
  retention_ = std::make_unique<Retention>(*world_.store, world_.clock,
                                           [](std::string workspace) -> Task<Result<KeepAges>> {
                                             if (workspace == "ws_1")
                                               co_return KeepAges{.executions = 30 * kDayMs};
                                             co_return KeepAges{.executions = 10 * kDayMs};
                                           });
  EXPECT_EQ(sweep().executions, 1u);
  EXPECT_EQ(count<ExecutionRecord>(), 1u);
}

TEST_F(RetentionTest, ResultsGoBeforeTheirExecution) {
  put(record(1, 0));
  const std::string handle = keepResult("task_000001");
  world_.clock.advance(kDefaultKeepResults + 1);
  keepResult("task_000001");
  EXPECT_EQ(sweep().results, 1u);
  EXPECT_EQ(count<ExecutionRecord>(), 1u);
  EXPECT_EQ(count<invocation::ResultRecord>(), 1u);
  const auto gone = world_.run(world_.results->show(invocation::testing::agent(), handle));
  EXPECT_EQ(gone.error().code, ErrorCode::not_found);
  EXPECT_NE(gone.error().hint.find("retention"), std::string::npos);
}

TEST_F(RetentionTest, AWorkspaceThatFailsDoesNotKeepTheOthers) {
  put(record(1, 200 * kDayMs));
  ExecutionRecord other = record(2, 200 * kDayMs);
  other.workspaceId = "ws_2";
  put(other);
  retention_ = std::make_unique<Retention>(*world_.store, world_.clock,
                                           [](std::string workspace) -> Task<Result<KeepAges>> {
                                             if (workspace == "ws_1")
                                               co_return failInternal("no settings");
                                             co_return KeepAges();
                                           });
  EXPECT_EQ(sweep().executions, 1u);
}

TEST_F(RetentionTest, TheSweeperSweepsAfterItsFirstWait) {
  put(record(1, 200 * kDayMs));
  RetentionSweeper sweeper(*retention_, world_.loop, std::chrono::milliseconds(1),
                           std::chrono::hours(1));
  world_.until([&] { return count<ExecutionRecord>() == 0; });
  EXPECT_EQ(everything(), 0u);
}

}  // namespace
}  // namespace executor::execution
