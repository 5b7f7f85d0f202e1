#include "store/sqlite/checkpointer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "store/sqlite/sqlite-engine.h"
#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

class CheckpointerTest : public ::testing::Test {
 protected:
  Connection open() { return Connection::open({.path = path_}).value(); }

  void SetUp() override {
    writer_.emplace(open());
    ASSERT_TRUE(writer_->exec("CREATE TABLE t (body BLOB)"));
    writer_->takeOverCheckpoints();
  }

  // Commits about `pages` pages.
  Status grow(std::size_t pages) {
    return writer_->exec(("WITH RECURSIVE s(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM s WHERE "
                          "n < " + std::to_string(pages) +
                          ") INSERT INTO t SELECT randomblob(3500) FROM s")
                             .c_str());
  }

  std::uintmax_t databaseBytes() const { return std::filesystem::file_size(path_); }

  static void awaitPasses(const Checkpointer& checkpointer, std::size_t count) {
    while (checkpointer.passes() < count) std::this_thread::yield();
  }

  TempDirectory directory_;
  std::string path_ = directory_.path("store.db");
  std::optional<Connection> writer_;
};

TEST_F(CheckpointerTest, AWriterThatTookOverMakesNoCheckpointItself) {
  const std::uintmax_t before = databaseBytes();
  ASSERT_TRUE(grow(kCheckpointPages + 500));
  EXPECT_EQ(databaseBytes(), before);
  EXPECT_GT(writer_->walPages(), kCheckpointPages);
}

TEST_F(CheckpointerTest, CopiesBesideTheWriterOnceThereIsEnough) {
  Checkpointer checkpointer(open());
  ASSERT_TRUE(grow(kCheckpointPages / 2));
  checkpointer.onCommit(writer_->walPages());
  EXPECT_EQ(checkpointer.passes(), 0u);
  ASSERT_TRUE(grow(kCheckpointPages));
  checkpointer.onCommit(writer_->walPages());
  awaitPasses(checkpointer, 1);
  EXPECT_GT(databaseBytes(), kCheckpointPages * 4096);
}

TEST_F(CheckpointerTest, AsksAgainOnlyForAsMuchMore) {
  Checkpointer checkpointer(open());
  checkpointer.onCommit(kCheckpointPages);
  awaitPasses(checkpointer, 1);
  checkpointer.onCommit(2 * kCheckpointPages - 1);
  checkpointer.onCommit(2 * kCheckpointPages);
  awaitPasses(checkpointer, 2);
  checkpointer.onCommit(kCheckpointPages);  // the file began anew
  awaitPasses(checkpointer, 3);
  EXPECT_EQ(checkpointer.passes(), 3u);
}

TEST_F(CheckpointerTest, AFileCopiedToItsEndBeginsAnew) {
  ASSERT_TRUE(grow(kCheckpointPages));
  ASSERT_TRUE(writer_->checkpoint());
  ASSERT_TRUE(grow(1));
  EXPECT_LT(writer_->walPages(), kCheckpointPages);
}

// The store as a whole: many commits one after the other, and the -wal stays bounded.
TEST_F(CheckpointerTest, UnderSteadyWritingTheFileStaysBounded) {
  asio::io_context loop{1};
  const std::string path = directory_.path("engine.db");
  auto engine = openSqlite({.path = path}, Schema::of<Item>(), loop.get_executor());
  ASSERT_TRUE(engine);
  Store store(std::move(*engine), loop.get_executor(), testKey(1), systemClock());
  const std::string filler(150'000, 'x');
  for (int n = 0; n < 600; ++n) {
    Item one = item("item-" + std::to_string(n));
    one.secret = filler;
    const Status stored =
        await(loop, store.write([one](Txn& txn) { return txn.insert(one); }));
    ASSERT_TRUE(stored);
  }
  EXPECT_LT(std::filesystem::file_size(path + "-wal"), (kMaxWalPages + 1'000) * 4096);
  EXPECT_GT(std::filesystem::file_size(path), 600 * filler.size() / 2);
}

TEST_F(CheckpointerTest, ClosingWithNothingAskedEndsAtOnce) {
  Checkpointer checkpointer(open());
  checkpointer.close();
  checkpointer.close();
  EXPECT_EQ(checkpointer.passes(), 0u);
}

}  // namespace
}  // namespace executor::store::testing
