#include "store/sqlite/wal-file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <fstream>

#include "store/sqlite/connection.h"
#include "store/sqlite/sqlite-engine.h"
#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

// A database of one table with rows of about a page each.
class WalFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    connection_.emplace(Connection::open({.path = path_}).value());
    ASSERT_TRUE(connection_->exec("CREATE TABLE t (n INTEGER PRIMARY KEY, body BLOB)"));
  }

  static std::string insertRows(int first, int count) {
    return "WITH RECURSIVE s(n) AS (VALUES (" + std::to_string(first) +
           ") UNION ALL SELECT n + 1 FROM s WHERE n + 1 < " + std::to_string(first + count) +
           ") INSERT INTO t SELECT n, randomblob(3500) FROM s";
  }

  Status insert(int first, int count) {
    return connection_->exec(insertRows(first, count).c_str());
  }

  std::int64_t rows() { return connection_->integerOf("SELECT count(body) FROM t").value_or(-1); }

  // By the system's own VFS, as any other program would.
  std::int64_t rowsOfAnotherProgram() const {
    sqlite3* raw = nullptr;
    sqlite3_open_v2(path_.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
    std::int64_t count = -1;
    const auto take = [](void* out, int, char** columns, char**) {
      *static_cast<std::int64_t*>(out) = std::stoll(columns[0]);
      return 0;
    };
    sqlite3_exec(raw, "SELECT count(body) FROM t", take, &count, nullptr);
    sqlite3_close(raw);
    return count;
  }

  TempDirectory directory_;
  std::string path_ = directory_.path("store.db");
  std::optional<Connection> connection_;
};

// Write calls of this process so far (proc(5), /proc/self/io).
std::int64_t writeCalls() {
  std::ifstream file("/proc/self/io");
  std::string name;
  std::int64_t value = 0;
  while (file >> name >> value) {
    if (name == "syscw:") return value;
  }
  return -1;
}

TEST_F(WalFileTest, ACommitOfManyPagesIsAFewWrites) {
  ASSERT_TRUE(insert(0, 1));
  const std::int64_t before = writeCalls();
  ASSERT_GE(before, 0);
  ASSERT_TRUE(insert(1, 50));
  EXPECT_LE(writeCalls() - before, 6) << "200 KiB in pieces of 64, and perhaps a header";
}

TEST_F(WalFileTest, AnotherProgramSeesACommitAtOnce) {
  for (int n = 0; n < 5; ++n) {
    ASSERT_TRUE(insert(n * 10, 10));
    EXPECT_EQ(rowsOfAnotherProgram(), (n + 1) * 10);
  }
}

TEST_F(WalFileTest, AnotherProgramSeesNothingOfATransactionThatIsOpen) {
  ASSERT_TRUE(insert(0, 1));
  ASSERT_TRUE(connection_->exec("BEGIN"));
  ASSERT_TRUE(insert(1, 20));
  EXPECT_EQ(rowsOfAnotherProgram(), 1);
  ASSERT_TRUE(connection_->exec("COMMIT"));
  EXPECT_EQ(rowsOfAnotherProgram(), 21);
}

// Pages leave a small cache before the commit, and are read back from the file they went to.
TEST_F(WalFileTest, ATransactionLargerThanTheCacheAndTheTailReadsItsOwnPages) {
  ASSERT_TRUE(connection_->exec("PRAGMA cache_size = 8"));
  ASSERT_TRUE(connection_->exec("BEGIN"));
  const int count = static_cast<int>(3 * kMaxPendingWalBytes / 4096);
  ASSERT_TRUE(insert(0, count));
  EXPECT_EQ(rows(), count);
  ASSERT_TRUE(connection_->exec("COMMIT"));
  EXPECT_EQ(rowsOfAnotherProgram(), count);
}

TEST_F(WalFileTest, ARolledBackTransactionLeavesNothing) {
  ASSERT_TRUE(connection_->exec("PRAGMA cache_size = 8"));
  ASSERT_TRUE(insert(0, 3));
  ASSERT_TRUE(connection_->exec("BEGIN"));
  ASSERT_TRUE(insert(10, 100));
  ASSERT_TRUE(connection_->exec("ROLLBACK"));
  ASSERT_TRUE(insert(1000, 1));
  EXPECT_EQ(rows(), 4);
  EXPECT_EQ(rowsOfAnotherProgram(), 4);
}

TEST_F(WalFileTest, ALogThatBeginsAnewAfterACheckpointIsRead) {
  for (int round = 0; round < 4; ++round) {
    ASSERT_TRUE(insert(round * 100, 100));
    ASSERT_TRUE(connection_->exec("PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  connection_.reset();
  EXPECT_EQ(rowsOfAnotherProgram(), 400);
  EXPECT_TRUE(checkSqlite(path_));
}

// The limit on the size of files plays the full disk: the write behind the sync fails.
TEST_F(WalFileTest, AWriteThatFailsFailsTheCommitAndNothingAfterIt) {
  ASSERT_TRUE(insert(0, 10));
  rlimit whole{};
  getrlimit(RLIMIT_FSIZE, &whole);
  signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{100u << 10, whole.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  const Status refused = insert(100, 200);
  setrlimit(RLIMIT_FSIZE, &whole);
  signal(SIGXFSZ, SIG_DFL);
  EXPECT_FALSE(refused);
  EXPECT_EQ(rows(), 10);
  ASSERT_TRUE(insert(1000, 5));
  EXPECT_EQ(rowsOfAnotherProgram(), 15);
  connection_.reset();
  EXPECT_TRUE(checkSqlite(path_));
}

}  // namespace
}  // namespace executor::store::testing
