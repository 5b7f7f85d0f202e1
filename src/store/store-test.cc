// The promises of the seam, on every engine.
#include "store/store.h"

#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Engines, StoreTest, ::testing::ValuesIn(engines()), caseName);

using Names = std::vector<std::string>;

TEST_P(StoreTest, ReadsItsOwnWrites) {
  const Result<std::int64_t> seen = write([](Txn& txn) -> Result<std::int64_t> {
    Item one = item("a");
    EXECUTOR_CHECK(txn.insert(one));
    one.count = 7;
    EXECUTOR_CHECK(txn.replace(one));
    EXECUTOR_TRY(const std::optional<Item> found, txn.get<Item>("a"));
    EXECUTOR_TRY(const Page<Item> page,
                 txn.scan<Item>("byName", {.prefix = {"ws_1", "a"}, .limit = 2}));
    return found && page.items.size() == 1 ? found->count : -1;
  });
  EXPECT_EQ(seen.value(), 7);
}

TEST_P(StoreTest, AReadSeesTheCommitThatWasAcknowledged) {
  for (int i = 0; i < 50; ++i) {
    const std::string id = "item" + std::to_string(i);
    ASSERT_TRUE(insert(item(id)));
    ASSERT_TRUE(get(id).value());
  }
}

TEST_P(StoreTest, GetOfAnAbsentKeyIsNone) { EXPECT_FALSE(get("absent").value().has_value()); }

TEST_P(StoreTest, InsertRefusesATakenKey) {
  ASSERT_TRUE(insert(item("a")));
  EXPECT_EQ(codeOf(insert(item("a", "other"))), "already_exists");
  EXPECT_EQ(get("a").value()->name, "a");
}

TEST_P(StoreTest, ReplaceRefusesAnAbsentKey) {
  EXPECT_EQ(codeOf(write([](Txn& txn) { return txn.replace(item("a")); })), "not_found");
}

TEST_P(StoreTest, PutInsertsAndReplaces) {
  for (const char* name : {"first", "second"}) {
    ASSERT_TRUE(write([name](Txn& txn) { return txn.put(item("a", name)); }));
    EXPECT_EQ(get("a").value()->name, name);
  }
}

TEST_P(StoreTest, RemoveIsDoneWhenNothingIsThere) {
  ASSERT_TRUE(insert(item("a")));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(write([](Txn& txn) { return txn.remove<Item>("a"); }));
    EXPECT_FALSE(get("a").value());
  }
}

TEST_P(StoreTest, AUniqueIndexRefusesASecondRecord) {
  ASSERT_TRUE(insert(item("a", "same")));
  const Status second = insert(item("b", "same"));
  EXPECT_EQ(codeOf(second), "conflict");
  EXPECT_NE(second.error().message.find("name"), std::string::npos);
  Item elsewhere = item("c", "same");
  elsewhere.workspaceId = "ws_2";
  EXPECT_TRUE(insert(elsewhere));
}

TEST_P(StoreTest, AFunctionMayGoOnAfterAConflict) {
  ASSERT_TRUE(insert(item("a", "same")));
  ASSERT_TRUE(write([](Txn& txn) -> Status {
    if (txn.insert(item("b", "same"))) return failInternal("expected a conflict");
    return txn.insert(item("b", "other"));
  }));
  EXPECT_EQ(get("b").value()->name, "other");
}

TEST_P(StoreTest, ReplaceMovesTheUniqueEntry) {
  ASSERT_TRUE(insert(item("a", "old")));
  ASSERT_TRUE(write([](Txn& txn) { return txn.replace(item("a", "new")); }));
  EXPECT_TRUE(insert(item("b", "old")));
  EXPECT_EQ(codeOf(insert(item("c", "new"))), "conflict");
}

TEST_P(StoreTest, AbsentOptionalsNeverConflict) {
  for (const char* id : {"a", "b"}) {
    EXPECT_TRUE(write([id](Txn& txn) { return txn.insert(Nickname{id, std::nullopt}); }));
  }
}

TEST_P(StoreTest, FindsTheRecordOfAUniqueIndex) {
  ASSERT_TRUE(insert(item("a", "wanted")));
  const auto find = [this](std::string name) {
    return read([name](Txn& txn) { return txn.find<Item>("byName", {"ws_1", name}); });
  };
  EXPECT_EQ(find("wanted").value()->id, "a");
  EXPECT_FALSE(find("wante").value());
}

TEST_P(StoreTest, AFunctionThatFailsChangesNothing) {
  ASSERT_TRUE(insert(item("a")));
  const Status failed = write([](Txn& txn) -> Status {
    EXECUTOR_CHECK(txn.insert(item("b")));
    EXECUTOR_CHECK(txn.remove<Item>("a"));
    return fail(ErrorCode::policy_denied, "no");
  });
  EXPECT_EQ(codeOf(failed), "policy_denied");
  EXPECT_TRUE(get("a").value());
  EXPECT_FALSE(get("b").value());
}

TEST_P(StoreTest, AFunctionThatThrowsChangesNothing) {
  const Status failed = write([](Txn& txn) -> Status {
    EXECUTOR_CHECK(txn.insert(item("b")));
    throw std::runtime_error("our own bug");
  });
  EXPECT_EQ(codeOf(failed), "internal");
  EXPECT_FALSE(get("b").value());
  EXPECT_TRUE(insert(item("b")));
}

TEST_P(StoreTest, AFailingNeighbourInTheGroupChangesNothingElse) {
  int good = 0;
  int bad = 0;
  for (int i = 0; i < 60; ++i) {
    store_->writeAsync(
        [i](Txn& txn) -> Status {
          EXECUTOR_CHECK(txn.insert(item("n" + std::to_string(i))));
          if (i % 3 == 0) return fail(ErrorCode::policy_denied, "no");
          return {};
        },
        [&](Status status) { ++(status ? good : bad); });
  }
  runUntil([&] { return good + bad == 60; });
  EXPECT_EQ(good, 40);
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_1"}, .limit = 1000}).size(), 40u);
}

TEST_P(StoreTest, AReadCannotWrite) {
  EXPECT_EQ(codeOf(read([](Txn& txn) { return txn.insert(item("a")); })), "internal");
  EXPECT_FALSE(get("a").value());
}

TEST_P(StoreTest, ATypeOutsideTheSchemaIsRefused) {
  open(Schema::of<Nickname>());
  EXPECT_EQ(codeOf(insert(item("a"))), "internal");
}

Task<bool> increment(Store& store, int times) {
  for (int i = 0; i < times; ++i) {
    const Status status = co_await store.write([](Txn& txn) -> Status {
      EXECUTOR_TRY(std::optional<Item> counter, txn.get<Item>("counter"));
      ++counter->count;
      return txn.replace(*counter);
    });
    if (!status) co_return false;
  }
  co_return true;
}

TEST_P(StoreTest, ConcurrentIncrementsAreAllCounted) {
  ASSERT_TRUE(insert(item("counter")));
  constexpr int kCoroutines = 32;
  int done = 0;
  for (int i = 0; i < kCoroutines; ++i) {
    asio::co_spawn(loop_, increment(*store_, 20), [&](std::exception_ptr, bool good) {
      EXPECT_TRUE(good);
      ++done;
    });
  }
  runUntil([&] { return done == kCoroutines; });
  EXPECT_EQ(get("counter").value()->count, kCoroutines * 20);
}

TEST_P(StoreTest, WritesCommitInTheOrderGiven) {
  std::string order;
  const auto note = [&order](char mark) {
    return [&order, mark](Status status) { order += status ? mark : '!'; };
  };
  store_->writeLater([](Txn& txn) { return txn.insert(item("a")); }, note('1'));
  store_->writeAsync([](Txn& txn) { return txn.replace(item("a", "b")); }, note('2'));
  store_->writeLater([](Txn& txn) { return txn.replace(item("a", "c")); }, note('3'));
  store_->writeAsync([](Txn& txn) { return txn.replace(item("a", "d")); }, note('4'));
  runUntil([&] { return order.size() == 4; });
  EXPECT_EQ(order, "1234");
  EXPECT_EQ(get("a").value()->name, "d");
}

TEST_P(StoreTest, AWriteLaterNeedsNoOtherWrite) {
  bool durable = false;
  store_->writeLater([](Txn& txn) { return txn.insert(item("a")); },
                     [&](Status status) { durable = status.has_value(); });
  runUntil([&] { return durable; });
  EXPECT_TRUE(get("a").value());
}

TEST_P(StoreTest, ClosingFinishesWhatWasGiven) {
  store_->writeLater([](Txn& txn) { return txn.insert(item("lazy")); });
  close();
  open();
  EXPECT_TRUE(get("lazy").value());
}

// The end of a server: the loop stands still, the store closes, the loop goes with its coroutines.
TEST_P(StoreTest, ACoroutineThatIsNeverResumedDoesNotUndoItsWrite) {
  close();
  {
    asio::io_context stopped{1};
    auto engine = GetParam().open(directory_.root(), Schema::of<Item>(), stopped.get_executor());
    Store store(std::move(*engine), stopped.get_executor(), testKey(1), clock_);
    asio::co_spawn(
        stopped,
        [&]() -> Task<> {
          (void)co_await store.write([](Txn& txn) { return txn.insert(item("a")); });
        },
        asio::detached);
    stopped.poll();
  }
  open();
  EXPECT_TRUE(get("a").value());
}

TEST_P(StoreTest, EverythingIsThereAfterReopening) {
  ASSERT_TRUE(insert(item("a", "name", 3)));
  open();
  EXPECT_EQ(get("a").value()->rank, 3);
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_1", 3}, .limit = 9}), Names{"a"});
}

TEST_P(StoreTest, AWatchWakesAfterTheCommit) {
  Watch watch = store_->watch("topic");
  ASSERT_TRUE(write([](Txn& txn) -> Status {
    txn.touch("topic");
    return txn.insert(item("a"));
  }));
  EXPECT_TRUE(await(loop_, watch.wait()));
}

TEST_P(StoreTest, AFailedWriteWakesNobody) {
  Watch watch = store_->watch("topic");
  (void)write([](Txn& txn) -> Status {
    txn.touch("topic");
    return fail(ErrorCode::policy_denied, "no");
  });
  EXPECT_FALSE(await(loop_, watch.wait(SteadyClock::now())));
}

}  // namespace
}  // namespace executor::store::testing
