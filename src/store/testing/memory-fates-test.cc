// What a database in memory does to its users when it is told to.
#include "store/testing/memory-engine.h"
#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

using Kind = MemoryFate::Kind;
using namespace std::chrono_literals;

class MemoryFatesTest : public ::testing::Test {
 protected:
  MemoryFatesTest() { open(); }

  void open() {
    store_.reset();
    database_.use([] {
      Schema schema = Schema::of<Item>();
      return schema += blobSchema();
    }());
    auto engine =
        std::make_unique<MemoryEngine>(database_, loop_.get_executor(), [this](bool write) {
          ++asked_;
          return write ? std::exchange(next_, {}) : MemoryFate();
        });
    engine_ = engine.get();
    store_ =
        std::make_unique<Store>(std::move(engine), loop_.get_executor(), testKey(1), systemClock());
  }

  Status insert(std::string id) {
    return await(loop_, store_->write([this, id](Txn& txn) {
      ++ran_;
      return txn.insert(item(id));
    }));
  }
  bool has(std::string id) {
    return await(loop_, store_->read([id](Txn& txn) { return txn.get<Item>(id); }))
        .value()
        .has_value();
  }

  asio::io_context loop_;
  MemoryDatabase database_;
  MemoryFate next_;
  MemoryEngine* engine_ = nullptr;
  std::unique_ptr<Store> store_;
  int ran_ = 0, asked_ = 0;
};

TEST_F(MemoryFatesTest, WhatIsRefusedChangesNothing) {
  next_.kind = Kind::refused;
  EXPECT_EQ(codeOf(insert("a")), "store_full");
  EXPECT_EQ(ran_, 0);
  EXPECT_FALSE(has("a"));
  EXPECT_TRUE(insert("a"));
}

TEST_F(MemoryFatesTest, WhatRunsTwiceIsCommittedOnce) {
  next_.kind = Kind::rerun;
  EXPECT_TRUE(insert("a"));
  EXPECT_EQ(ran_, 2);
  EXPECT_EQ(database_.commits(), 1u);
}

TEST_F(MemoryFatesTest, ALostAnswerIsAnErrorOfWhatWasCommitted) {
  next_.kind = Kind::lost;
  EXPECT_EQ(codeOf(insert("a")), "store_conflict");
  EXPECT_TRUE(has("a"));
}

TEST_F(MemoryFatesTest, ASlowCommitIsDurableBeforeItIsAnswered) {
  next_.before = 1ms;
  next_.after = 1ms;
  std::vector<std::string> order;
  database_.observe([&](const auto& commit) {
    EXPECT_EQ(commit.size(), 1u);
    order.push_back("durable " + std::string(commit.front().key));
  });
  EXPECT_TRUE(insert("a"));
  order.emplace_back("answered");
  EXPECT_EQ(order, (std::vector<std::string>{"durable a", "answered"}));
}

TEST_F(MemoryFatesTest, TheObserverSeesEachRowOnceAsItWasAndAsItIs) {
  ASSERT_TRUE(insert("a"));
  std::vector<std::pair<bool, bool>> seen;
  database_.observe([&](const std::vector<MemoryDatabase::Change>& commit) {
    for (const auto& change : commit) {
      seen.emplace_back(change.before != nullptr, change.after != nullptr);
    }
  });
  ASSERT_TRUE(await(loop_, store_->write([](Txn& txn) -> Status {
    Item changed = item("a");
    for (int i = 1; i < 4; ++i) {
      changed.count = i;
      EXECUTOR_CHECK(txn.replace(changed));
    }
    return txn.insert(item("b"));
  })));
  ASSERT_TRUE(await(loop_, store_->write([](Txn& txn) { return txn.remove<Item>("a"); })));
  EXPECT_EQ(seen, (std::vector<std::pair<bool, bool>>{{true, true}, {false, true}, {true, false}}));
}

TEST_F(MemoryFatesTest, AnErrorOfTheFunctionTakesBackWhatItDid) {
  ASSERT_TRUE(insert("a"));
  const Status failed = await(loop_, store_->write([](Txn& txn) -> Status {
    EXECUTOR_CHECK(txn.remove<Item>("a"));
    EXECUTOR_CHECK(txn.insert(item("b")));
    return fail(ErrorCode::policy_denied, "no");
  }));
  EXPECT_EQ(codeOf(failed), "policy_denied");
  EXPECT_TRUE(has("a"));
  EXPECT_FALSE(has("b"));
  EXPECT_EQ(database_.commits(), 1u);
}

TEST_F(MemoryFatesTest, AfterTheCutNothingIsDoneAndNobodyIsTold) {
  bool told = false;
  store_->writeAsync([](Txn& txn) { return txn.insert(item("a")); }, [&](Status) { told = true; });
  engine_->cut();
  store_->writeAsync([](Txn& txn) { return txn.insert(item("b")); }, [&](Status) { told = true; });
  loop_.poll();
  EXPECT_FALSE(told);
  open();
  EXPECT_FALSE(has("a"));
  EXPECT_FALSE(has("b"));
}

TEST_F(MemoryFatesTest, ACommitThatWasMadeAtTheCutStays) {
  bool told = false;
  database_.observe([&](const auto&) { engine_->cut(); });
  store_->writeAsync([](Txn& txn) { return txn.insert(item("a")); }, [&](Status) { told = true; });
  loop_.poll();
  EXPECT_FALSE(told);
  database_.observe({});
  open();
  EXPECT_TRUE(has("a"));
}

TEST_F(MemoryFatesTest, TheCommitOfAnotherEngineIsNoticed) {
  Watch watch = store_->watch("anything");
  MemoryEngine other(database_, loop_.get_executor());
  bool done = false;
  other.write({.work =
                   [](EngineTxn& txn) {
                     return txn.insert(recordType<Item>(), {"z", "{}", {"1", "2", "3"}});
                   },
               .done = [&](Status status) { done = status.has_value(); }});
  EXPECT_TRUE(await(loop_, watch.wait(deadlineAfter(10s))));
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace executor::store::testing
