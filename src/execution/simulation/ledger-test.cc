// The ledger notices each thing that no history may contain.
#include "execution/simulation/ledger.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "execution/simulation/node.h"
#include "store/testing/store-fixture.h"

namespace executor::execution::simulation {
namespace {

using approval::ApprovalRecord;
using approval::ApprovalStatus;
using store::Txn;

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    database_.use(wholeSchema());
    database_.observe([this](const auto& commit) { ledger_.read(commit); });
  }

  template <class F>
  void write(F fn) {
    const Status status = store::testing::await(loop_, store_.write(std::move(fn)));
    ASSERT_TRUE(status) << status.error().message;
  }

  static ExecutionRecord record(State state, std::uint64_t nextSeq, std::uint64_t epoch = 1) {
    ExecutionRecord made;
    made.id = "task_1";
    made.workspaceId = "ws_1";
    made.state = state;
    made.epoch = epoch;
    made.nextSeq = nextSeq;
    made.submission.code.text = "#5 c0 w";
    return made;
  }
  static JournalPage page(std::uint64_t firstSeq, std::vector<Event> events) {
    JournalPage made{pageKey("task_1", firstSeq), "task_1", "ws_1", firstSeq, 0, "["};
    for (const Event& event : events) {
      made.events += (made.count++ == 0 ? "" : ",") + encodeEvent(event);
    }
    made.events += "]";
    return made;
  }
  static Event event(EventKind kind, json::object body = {}) { return {0, kind, 0, body}; }
  static Event outcome(EventKind kind, std::string status) {
    return event(kind, {{"n", 1}, {"status", status}});
  }
  // The record and its first page, in one commit.
  void begin(ExecutionRecord made, std::vector<Event> events) {
    write([made, first = page(1, events)](Txn& txn) -> Status {
      EXECUTOR_CHECK(txn.insert(made));
      return txn.insert(first);
    });
  }
  void goOn(ExecutionRecord made, std::uint64_t firstSeq, std::vector<Event> events) {
    write([made, next = page(firstSeq, events)](Txn& txn) -> Status {
      EXECUTOR_CHECK(txn.replace(made));
      return txn.insert(next);
    });
  }
  void setApproval(ApprovalStatus status, EpochMs usedAt = 0) {
    ApprovalRecord made;
    made.id = "approval_1";
    made.executionId = "task_1";
    made.workspaceId = "ws_1";
    made.n = 1;
    made.status = status;
    made.usedAt = usedAt;
    write([made](Txn& txn) { return txn.put(made); });
  }

  asio::io_context loop_;
  store::testing::MemoryDatabase database_;
  std::vector<std::string> reports_;
  Ledger ledger_{database_, simulationKey(),
                 [this](std::string what) { reports_.push_back(std::move(what)); }};
  store::Store store_{
      std::make_unique<store::testing::MemoryEngine>(database_, loop_.get_executor()),
      loop_.get_executor(), simulationKey(), systemClock()};
};

TEST_F(LedgerTest, AnOrdinaryHistoryIsReportedByNobody) {
  begin(record(State::running, 3), {event(EventKind::created), event(EventKind::started)});
  goOn(record(State::completed, 6), 3,
       {event(EventKind::call, {{"n", 1}}), outcome(EventKind::delivered, "completed"),
        event(EventKind::finished)});
  EXPECT_TRUE(reports_.empty()) << reports_.front();
  const DurableExecution* durable = ledger_.execution("task_1");
  ASSERT_NE(durable, nullptr);
  EXPECT_EQ(durable->state, State::completed);
  EXPECT_EQ(durable->call(1)->outcome, "completed");
  EXPECT_EQ(*ledger_.withSerial(5), "task_1");
  EXPECT_EQ(ledger_.story("task_1"), " created started call(1) delivered(1) finished");
}

TEST_F(LedgerTest, AHoleInTheJournal) {
  begin(record(State::running, 2), {event(EventKind::created)});
  goOn(record(State::running, 4), 3, {event(EventKind::started)});
  ASSERT_FALSE(reports_.empty());
  EXPECT_EQ(reports_.front(), "the journal of task_1 has event 3 after 1");
}

TEST_F(LedgerTest, ARecordThatKnowsOfEventsTheJournalDoesNotHave) {
  begin(record(State::running, 9), {event(EventKind::created)});
  ASSERT_FALSE(reports_.empty());
  EXPECT_EQ(reports_.front(), "the record of task_1 says event 9 is next, its journal 2");
}

TEST_F(LedgerTest, AFinalRecordWithoutTheEndInItsJournal) {
  begin(record(State::failed, 2), {event(EventKind::created)});
  ASSERT_FALSE(reports_.empty());
  EXPECT_EQ(reports_.front(), "task_1 is final with 0 ends in its journal");
}

TEST_F(LedgerTest, ASecondOutcome) {
  begin(record(State::running, 2), {outcome(EventKind::delivered, "completed")});
  goOn(record(State::running, 3), 2, {outcome(EventKind::delivered, "completed")});
  ASSERT_FALSE(reports_.empty());
  EXPECT_TRUE(reports_.front().ends_with("has two outcomes"));
}

TEST_F(LedgerTest, AnOutcomeThatIsToldDifferentlyTheSecondTime) {
  begin(record(State::running, 2), {outcome(EventKind::call_ended, "unknown")});
  goOn(record(State::running, 3), 2, {outcome(EventKind::delivered, "unknown")});
  EXPECT_TRUE(reports_.empty());
  goOn(record(State::running, 4), 3, {outcome(EventKind::call_ended, "completed")});
  EXPECT_FALSE(reports_.empty());
}

TEST_F(LedgerTest, AFinalRecordThatChanges) {
  begin(record(State::completed, 2), {event(EventKind::finished)});
  EXPECT_TRUE(reports_.empty());
  write([made = record(State::failed, 2)](Txn& txn) { return txn.replace(made); });
  ASSERT_FALSE(reports_.empty());
  EXPECT_EQ(reports_.front(), "the final record of task_1 changed");
}

TEST_F(LedgerTest, AnOlderOwnerThatWritesAfterANewerOne) {
  begin(record(State::running, 2, 3), {event(EventKind::created)});
  goOn(record(State::running, 3, 2), 2, {event(EventKind::started)});
  ASSERT_FALSE(reports_.empty());
  EXPECT_EQ(reports_.front(), "task_1 was written by epoch 2 after 3");
}

TEST_F(LedgerTest, ASecondDecisionAndASecondUse) {
  setApproval(ApprovalStatus::pending);
  EXPECT_TRUE(ledger_.hasPending("task_1"));
  setApproval(ApprovalStatus::approved);
  setApproval(ApprovalStatus::approved, 7);
  EXPECT_TRUE(reports_.empty());
  EXPECT_EQ(ledger_.approvalOf("task_1", 1)->usedAt, 7);
  setApproval(ApprovalStatus::approved, 8);
  EXPECT_EQ(reports_, std::vector<std::string>{"approval_1 was used twice"});
  setApproval(ApprovalStatus::denied, 8);
  EXPECT_EQ(reports_.back(), "approval_1 was decided twice");
}

TEST_F(LedgerTest, TwoExecutionsOfOneSubmission) {
  begin(record(State::running, 2), {event(EventKind::created)});
  ExecutionRecord other = record(State::running, 1);
  other.id = "task_2";
  write([other](Txn& txn) { return txn.insert(other); });
  ASSERT_FALSE(reports_.empty());
  EXPECT_EQ(reports_.front(), "task_1 and task_2 are one submission");
}

TEST_F(LedgerTest, AnEndByAFaultOfOurOwn) {
  ExecutionRecord broken = record(State::failed, 2);
  broken.errorCode = "replay_diverged";
  begin(broken, {event(EventKind::finished)});
  EXPECT_EQ(reports_, std::vector<std::string>{"task_1 ended with replay_diverged"});
}

}  // namespace
}  // namespace executor::execution::simulation
