// A journal over a store that answers badly: what was committed is written once, whatever it said.
#include <gtest/gtest.h>

#include "execution/journal.h"
#include "execution/simulation/node.h"
#include "store/testing/store-fixture.h"

namespace executor::execution::simulation {
namespace {

using store::testing::MemoryFate;
using Kind = MemoryFate::Kind;

class JournalAnswersTest : public ::testing::Test {
 protected:
  JournalAnswersTest() {
    ExecutionRecord record;
    record.id = "task_1";
    record.workspaceId = "ws_1";
    record.nodeId = "node_1";
    journal_ = std::make_unique<Journal>(store_, std::move(record), false);
  }

  std::string flush(Kind kind = Kind::done) {
    next_ = kind;
    return store::testing::codeOf(store::testing::await(loop_, journal_->flush()));
  }
  void append(EventKind kind) { journal_->append(kind, 0, {}); }
  void end() {
    append(EventKind::finished);
    journal_->record().state = State::completed;
    journal_->record().ending = Ending{};
    journal_->touch();
  }
  // The kinds of the events that are durable, in order.
  std::string durable() {
    auto events = store::testing::await(
        loop_, readEvents(store_, {.executionId = "task_1", .workspaceId = "ws_1"}));
    std::string kinds;
    for (const Event& event : events.value()) {
      EXPECT_EQ(event.seq, ++seen_);
      kinds += std::string(kinds.empty() ? "" : " ") + std::string(name(event.kind));
    }
    seen_ = 0;
    return kinds;
  }
  State state() {
    auto read = [](store::Txn& txn) { return txn.get<ExecutionRecord>("task_1"); };
    return store::testing::await(loop_, store_.read(read)).value()->state;
  }
  // As another process that has taken it over.
  void takeOver() {
    auto write = [](store::Txn& txn) -> Status {
      EXECUTOR_TRY(auto record, txn.get<ExecutionRecord>("task_1"));
      ++record->epoch;
      record->nodeId = "node_2";
      return txn.replace(*record);
    };
    ASSERT_TRUE(store::testing::await(loop_, store_.write(write)));
  }

  asio::io_context loop_;
  store::testing::MemoryDatabase database_;
  Kind next_ = Kind::done;
  std::uint64_t seen_ = 0;
  store::Store store_{
      std::make_unique<store::testing::MemoryEngine>(
          (database_.use(wholeSchema()), database_), loop_.get_executor(),
          [this](bool write) {
            return MemoryFate{write ? std::exchange(next_, Kind::done) : Kind::done};
          }),
      loop_.get_executor(), simulationKey(), systemClock()};
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalAnswersTest, ACreationThatWasRefusedIsTriedAgain) {
  append(EventKind::created);
  EXPECT_EQ(flush(Kind::refused), "store_full");
  append(EventKind::started);
  EXPECT_EQ(flush(), "ok");
  EXPECT_EQ(durable(), "created started");
}

TEST_F(JournalAnswersTest, ACreationWhoseAnswerWasLostIsFoundAgain) {
  append(EventKind::created);
  EXPECT_EQ(flush(Kind::lost), "store_conflict");
  append(EventKind::started);
  EXPECT_EQ(flush(), "ok");
  EXPECT_EQ(durable(), "created started");
}

TEST_F(JournalAnswersTest, AnAppendWhoseAnswerWasLostIsNotMadeTwice) {
  append(EventKind::created);
  EXPECT_EQ(flush(), "ok");
  append(EventKind::started);
  EXPECT_EQ(flush(Kind::lost), "store_conflict");
  append(EventKind::console);
  EXPECT_EQ(flush(Kind::rerun), "ok");
  EXPECT_EQ(durable(), "created started console");
}

TEST_F(JournalAnswersTest, AnEndWhoseAnswerWasLostStays) {
  append(EventKind::created);
  end();
  EXPECT_EQ(flush(Kind::lost), "store_conflict");
  const std::uint64_t commits = database_.commits();
  EXPECT_EQ(flush(), "ok");
  EXPECT_EQ(database_.commits(), commits);
  EXPECT_EQ(state(), State::completed);
  EXPECT_EQ(durable(), "created finished");
}

TEST_F(JournalAnswersTest, NothingIsWrittenAfterATakeOverThatALostAnswerHid) {
  append(EventKind::created);
  EXPECT_EQ(flush(), "ok");
  append(EventKind::started);
  EXPECT_EQ(flush(Kind::refused), "store_full");
  takeOver();
  EXPECT_EQ(flush(), "conflict");
  EXPECT_EQ(flush(), "conflict");
  EXPECT_EQ(durable(), "created");
}

}  // namespace
}  // namespace executor::execution::simulation
