#include "store/sqlite/connection.h"

#include <sqlite3.h>

#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

class ConnectionTest : public ::testing::Test {
 protected:
  Connection open() {
    Result<Connection> opened = Connection::open({.path = directory_.path("store.db")});
    EXPECT_TRUE(opened);
    return *std::move(opened);
  }

  TempDirectory directory_;
};

TEST_F(ConnectionTest, CommitsAreDurableAndReadersDoNotBlock) {
  Connection connection = open();
  EXPECT_EQ(connection.integerOf("PRAGMA synchronous").value(), 2);  // FULL
  Result<Statement> mode = connection.prepare("PRAGMA journal_mode");
  ASSERT_EQ(mode->step(), SQLITE_ROW);
  EXPECT_EQ(mode->column(0), "wal");
}

TEST_F(ConnectionTest, TextAndBytesKeepEveryByte) {
  Connection connection = open();
  const std::string bytes("\0\xff'\"\n", 5);
  Result<Statement> select = connection.prepare("SELECT ?1, ?2, ?3, typeof(?1), typeof(?2)");
  select->text("a\0b").blob(bytes).integer(-1);
  ASSERT_EQ(select->step(), SQLITE_ROW);
  EXPECT_EQ(select->column(1), bytes);
  EXPECT_EQ(select->integerColumn(2), -1);
  EXPECT_EQ(select->column(3), "text");
  EXPECT_EQ(select->column(4), "blob");
}

TEST_F(ConnectionTest, EmptyTextAndBytesAreNotNull) {
  Connection connection = open();
  Result<Statement> select = connection.prepare("SELECT ?1 IS NULL, ?2 IS NULL");
  select->text({}).blob({});
  ASSERT_EQ(select->step(), SQLITE_ROW);
  EXPECT_EQ(select->integerColumn(0), 0);
  EXPECT_EQ(select->integerColumn(1), 0);
}

TEST_F(ConnectionTest, AStatementIsFreshEachTimeItIsBorrowed) {
  Connection connection = open();
  for (int i = 0; i < 3; ++i) {
    Result<Statement> select = connection.prepare("SELECT ?1");
    select->integer(i);
    ASSERT_EQ(select->step(), SQLITE_ROW);
    EXPECT_EQ(select->integerColumn(0), i);
  }
}

TEST_F(ConnectionTest, AnErrorTellsTheLogWhatWasTriedAndTheClientNothingOfIt) {
  Connection connection = open();
  const Status status = connection.exec("SELECT secret FROM nowhere");
  ASSERT_EQ(codeOf(status), "internal");
  EXPECT_NE(status.error().detail.find("nowhere"), std::string::npos);
  EXPECT_EQ(status.error().message.find("nowhere"), std::string::npos);
}

TEST_F(ConnectionTest, ABusyFileIsAStoreConflict) {
  Connection holder = open();
  Connection other =
      Connection::open({.path = directory_.path("store.db"), .busyTimeoutMs = 0}).value();
  ASSERT_TRUE(holder.exec("BEGIN IMMEDIATE"));
  EXPECT_EQ(codeOf(other.exec("BEGIN IMMEDIATE")), "store_conflict");
}

TEST_F(ConnectionTest, TheDatabaseCannotBeTurnedIntoAProgram) {
  Connection connection = open();
  EXPECT_FALSE(connection.exec("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema"));
}

}  // namespace
}  // namespace executor::store::testing
