// Grouping, order, laziness and closing of the writer thread.
#include "store/sqlite/group-writer.h"

#include <future>
#include <thread>

#include "store/sqlite/sqlite-engine.h"
#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

class GroupWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Connection connection = Connection::open({.path = directory_.path("store.db")}).value();
    ASSERT_TRUE(sqliteMigrate(connection, tables_.schema()));
    writer_ = std::make_unique<GroupWriter>(std::move(connection), tables_, loop_.get_executor());
  }

  // Notes in `outcomes_` how each job ended, in the order of the loop.
  Job job(std::string mark, std::function<Status(EngineTxn&)> work, bool urgent = true) {
    Job made;
    made.work = std::move(work);
    made.done = [this, mark, guard = asio::make_work_guard(loop_)](const Status& status) {
      outcomes_.push_back(mark + "=" + codeOf(status));
    };
    made.urgent = urgent;
    return made;
  }

  static std::function<Status(EngineTxn&)> insert(std::string key) {
    return [key](EngineTxn& txn) {
      return txn.insert(recordType<Nickname>(),
                        {key, R"({"id":")" + key + R"("})", {std::string("\0", 1) + key}});
    };
  }

  void run() {
    loop_.restart();
    loop_.run();
  }

  // A job that holds the writer until release() is called, so that a group collects behind it.
  Job blocker() {
    return job("block", [this](EngineTxn&) -> Status {
      started_.set_value();
      released_.get_future().wait();
      return {};
    });
  }
  void block() {
    writer_->enqueue(blocker());
    started_.get_future().wait();
  }
  void release() { released_.set_value(); }

  using Outcomes = std::vector<std::string>;

  TempDirectory directory_;
  asio::io_context loop_{1};
  Tables tables_{Schema::of<Nickname>()};
  Outcomes outcomes_;
  std::promise<void> started_;
  std::promise<void> released_;
  std::unique_ptr<GroupWriter> writer_;
};

TEST_F(GroupWriterTest, WhatWaitsBehindACommitIsOneGroupInOrder) {
  block();
  for (const char* key : {"a", "b", "c"}) writer_->enqueue(job(key, insert(key)));
  release();
  run();
  EXPECT_EQ(outcomes_, (Outcomes{"block=ok", "a=ok", "b=ok", "c=ok"}));
}

TEST_F(GroupWriterTest, AFailingJobDoesNotTouchItsGroup) {
  block();
  writer_->enqueue(job("first", insert("a")));
  writer_->enqueue(job("again", insert("a")));
  writer_->enqueue(job("last", insert("b")));
  release();
  run();
  EXPECT_EQ(outcomes_, (Outcomes{"block=ok", "first=ok", "again=already_exists", "last=ok"}));
}

TEST_F(GroupWriterTest, AThrowingJobDoesNotTouchItsGroup) {
  block();
  writer_->enqueue(job("first", insert("a")));
  writer_->enqueue(job("throws", [](EngineTxn& txn) -> Status {
    EXECUTOR_CHECK(insert("b")(txn));
    throw std::runtime_error("a bug");
  }));
  writer_->enqueue(job("b", insert("b")));
  release();
  run();
  EXPECT_EQ(outcomes_, (Outcomes{"block=ok", "first=ok", "throws=internal", "b=ok"}));
}

TEST_F(GroupWriterTest, MoreThanAGroupIsSeveralGroups) {
  block();
  const std::size_t count = 2 * kMaxGroupJobs + 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string key = std::to_string(i);
    writer_->enqueue(job(key, insert(key)));
  }
  release();
  run();
  EXPECT_EQ(outcomes_.size(), count + 1);
  EXPECT_EQ(outcomes_.back(), std::to_string(count - 1) + "=ok");
}

TEST_F(GroupWriterTest, ALazyJobCommitsWithTheNextUrgentOne) {
  std::int64_t seenAtUrgent = -1;
  writer_->enqueue(job("lazy", insert("a"), false));
  writer_->enqueue(job("urgent", [&](EngineTxn& txn) -> Status {
    EXECUTOR_TRY(const std::optional<Row> row, txn.get(recordType<Nickname>(), "a"));
    seenAtUrgent = row ? row->version : 0;
    return {};
  }));
  run();
  EXPECT_EQ(outcomes_, (Outcomes{"lazy=ok", "urgent=ok"}));
  EXPECT_EQ(seenAtUrgent, 1);
}

TEST_F(GroupWriterTest, ALazyJobAloneIsCommittedAfterItsDelay) {
  writer_->enqueue(job("lazy", insert("a"), false));
  run();
  EXPECT_EQ(outcomes_, Outcomes{"lazy=ok"});
}

TEST_F(GroupWriterTest, ClosingCommitsLazyJobsToo) {
  writer_->enqueue(job("lazy", insert("a"), false));
  writer_->close();
  run();
  EXPECT_EQ(outcomes_, Outcomes{"lazy=ok"});
}

TEST_F(GroupWriterTest, AJobAfterClosingIsRefusedAsShuttingDown) {
  writer_->close();
  writer_->enqueue(job("late", insert("a")));
  run();
  EXPECT_EQ(outcomes_, Outcomes{"late=shutting_down"});
}

TEST_F(GroupWriterTest, VersionsCountTheReplacements) {
  const auto replace = [](EngineTxn& txn) {
    return txn.replace(recordType<Nickname>(), {"a", "{}", {std::string("\0a", 2)}});
  };
  std::int64_t version = 0;
  writer_->enqueue(job("insert", insert("a")));
  writer_->enqueue(job("one", replace));
  writer_->enqueue(job("two", replace));
  writer_->enqueue(job("look", [&](EngineTxn& txn) -> Status {
    EXECUTOR_TRY(const std::optional<Row> row, txn.get(recordType<Nickname>(), "a"));
    version = row->version;
    return {};
  }));
  run();
  EXPECT_EQ(version, 3);
}

// Only a hint: with it, without it, and when nobody comes, every job commits once and in order.
TEST_F(GroupWriterTest, AnExpectedJobCommitsLikeAnyOther) {
  writer_->expectJob(true);
  writer_->enqueue(job("a", insert("a")));
  run();
  writer_->expectJob(true);
  std::this_thread::sleep_for(2 * kAlert);  // nobody comes, and the thread sleeps again
  writer_->enqueue(job("b", insert("b")));
  run();
  EXPECT_EQ(outcomes_, (Outcomes{"a=ok", "b=ok"}));
}

TEST_F(GroupWriterTest, AWriterThatExpectsAJobCanBeClosed) {
  writer_->expectJob(true);
  writer_->close();
  writer_->enqueue(job("late", insert("late")));
  run();
  EXPECT_EQ(outcomes_, (Outcomes{"late=shutting_down"}));
}

// However many were announced: a group that waits for them in vain goes without them.
TEST_F(GroupWriterTest, AJobCommitsThoughTheOthersAnnouncedNeverCome) {
  for (int i = 0; i < 100; ++i) writer_->expectJob(false);
  writer_->enqueue(job("a", insert("a")));
  run();
  writer_->enqueue(job("b", insert("b")));
  run();
  EXPECT_EQ(outcomes_, (Outcomes{"a=ok", "b=ok"}));
}

TEST_F(GroupWriterTest, JobsThatWereAnnouncedAllCommitInOrder) {
  Outcomes expected;
  for (int i = 0; i < 16; ++i) writer_->expectJob(false);
  for (int i = 0; i < 16; ++i) {
    const std::string name = "j" + std::to_string(i);
    writer_->enqueue(job(name, insert(name)));
    expected.push_back(name + "=ok");
  }
  run();
  EXPECT_EQ(outcomes_, expected);
}

TEST_F(GroupWriterTest, AWriterThatGathersCanBeClosed) {
  for (int i = 0; i < 100; ++i) writer_->expectJob(false);
  writer_->enqueue(job("a", insert("a")));
  writer_->close();
  run();
  EXPECT_EQ(outcomes_, (Outcomes{"a=ok"}));
}

}  // namespace
}  // namespace executor::store::testing
