// What SQLite must hold by itself: files of other formats, damage, full disks.
#include "store/sqlite/sqlite-engine.h"

#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "store/sqlite/tables.h"
#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

class SqliteTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Store>> tryOpen(Schema schema = Schema::of<Item>(),
                                         std::uint32_t maxPages = 0) {
    schema += blobSchema();
    auto engine = openSqlite({.path = path(), .maxPages = maxPages, .busyTimeoutMs = 50},
                             std::move(schema), loop_.get_executor());
    if (!engine) return std::unexpected(engine.error());
    return std::make_unique<Store>(std::move(*engine), loop_.get_executor(), testKey(1),
                                   systemClock());
  }

  std::string path() const { return directory_.path("store.db"); }

  Status insert(Store& store, Item item) {
    return await(loop_, store.write([item](Txn& txn) { return txn.insert(item); }));
  }

  void execRaw(const std::string& sql) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &raw), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(raw);
    sqlite3_close(raw);
  }

  TempDirectory directory_;
  asio::io_context loop_{1};
};

TEST_F(SqliteTest, TheFileIsForItsOwnerOnly) {
  ASSERT_TRUE(tryOpen());
  struct stat status{};
  ASSERT_EQ(stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(SqliteTest, ANewerFormatIsRefusedUnchanged) {
  ASSERT_TRUE(tryOpen());
  execRaw("PRAGMA user_version = 99");
  const auto opened = tryOpen();
  EXPECT_EQ(codeOf(opened), "store_too_new");
  EXPECT_NE(opened.error().message.find("99"), std::string::npos);
  execRaw("SELECT * FROM executor_meta");
}

TEST_F(SqliteTest, AnotherProgramsDatabaseIsRefusedUnchanged) {
  execRaw("CREATE TABLE theirs (x)");
  EXPECT_EQ(codeOf(tryOpen()), "invalid_configuration");
  execRaw("SELECT x FROM theirs");
}

TEST_F(SqliteTest, MigrationsRunOnceInOrderFromWhereTheFileStands) {
  ASSERT_TRUE(tryOpen());
  const std::array steps = {sqliteMigrations()[0],
                            Migration{2, "CREATE TABLE added (n); INSERT INTO added VALUES (1)"},
                            Migration{3, "UPDATE added SET n = n + 1"}};
  Connection connection = Connection::open({.path = path()}).value();
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(sqliteMigrate(connection, Schema::of<Item>(), steps));
  EXPECT_EQ(connection.integerOf("SELECT n FROM added").value(), 2);
  EXPECT_EQ(codeOf(tryOpen()), "store_too_new");
}

TEST_F(SqliteTest, AFailingMigrationChangesNothing) {
  ASSERT_TRUE(tryOpen());
  const std::array steps = {sqliteMigrations()[0], Migration{2, "CREATE TABLE half (n)"},
                            Migration{3, "UPDATE nothing SET n = 1"}};
  Connection connection = Connection::open({.path = path()}).value();
  EXPECT_FALSE(sqliteMigrate(connection, Schema::of<Item>(), steps));
  EXPECT_EQ(connection.integerOf("PRAGMA user_version").value(), 1);
  EXPECT_TRUE(tryOpen());
}

TEST_F(SqliteTest, ANewIndexIsFilledFromStoredRecords) {
  {
    const auto store = tryOpen(Schema::of<OldItem>()).value();
    for (const char* id : {"b", "a"}) {
      const json::object body = encodeRecord(item(id)).value();
      ASSERT_TRUE(await(loop_, store->write([body](Txn& txn) {
        return txn.insertJson(recordType<OldItem>(), body);
      })));
    }
  }
  const auto store = tryOpen().value();
  const auto page = await(loop_, store->read([](Txn& txn) -> Result<std::size_t> {
    EXECUTOR_TRY(const Rows rows,
                 txn.engine().range(recordType<Item>(),
                                    {.index = recordType<Item>().index("byRank"), .limit = 10}));
    return rows.rows.size();
  }));
  EXPECT_EQ(page.value(), 2u);
}

TEST_F(SqliteTest, AnIndexWithOtherColumnsIsMadeAnew) {
  {
    const auto store = tryOpen().value();
    ASSERT_TRUE(insert(*store, item("a")));
  }
  execRaw(
      "UPDATE executor_meta SET value = 'unique other' WHERE name = 'index/item/byName';"
      "UPDATE item SET ix_byName = x'01'");
  const auto store = tryOpen().value();
  const auto found =
      await(loop_, store->read([](Txn& txn) { return txn.find<Item>("byName", {"ws_1", "a"}); }));
  EXPECT_TRUE(found.value().has_value());
}

TEST_F(SqliteTest, AFileThatIsNoDatabaseIsCorrupt) {
  std::ofstream(path()) << std::string(8192, 'x');
  const auto opened = tryOpen();
  EXPECT_EQ(codeOf(opened), "store_corrupt");
  EXPECT_FALSE(opened.error().hint.empty());
}

TEST_F(SqliteTest, DamageInsideIsReportedAndTheStoreGoesOn) {
  {
    const auto store = tryOpen().value();
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(insert(*store, item("item" + std::to_string(i))));
  }
  {
    // Everything behind the first pages: the schema still reads, the rows do not.
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(path()) / 2));
    file << std::string(std::filesystem::file_size(path()) / 2, '\xaa');
  }
  EXPECT_EQ(codeOf(checkSqlite(path())), "store_corrupt");
  const auto store = tryOpen();
  if (!store) {
    EXPECT_EQ(codeOf(store), "store_corrupt");
    return;
  }
  const auto page =
      await(loop_, (*store)->read([](Txn& txn) { return txn.scan<Item>({.limit = kMaxScan}); }));
  EXPECT_EQ(codeOf(page), "store_corrupt");
  EXPECT_EQ(await(loop_, (*store)->read([](Txn&) -> Result<int> { return 7; })).value(), 7);
}

TEST_F(SqliteTest, AHealthyFilePassesTheCheck) {
  ASSERT_TRUE(tryOpen());
  EXPECT_TRUE(checkSqlite(path()));
}

TEST_F(SqliteTest, ADirectoryThatIsNotThereIsAConfigurationError) {
  const auto opened =
      openSqlite({.path = directory_.path("no/such.db")}, Schema{}, loop_.get_executor());
  EXPECT_EQ(codeOf(opened), "invalid_configuration");
}

// Inserts until the store is full; then everything acknowledged is there and room heals it.
void fillsUpAndGoesOn(asio::io_context& loop, Store& store) {
  int stored = 0;
  Status last;
  while (last && stored < 10'000) {
    Item one = item("item" + std::to_string(stored));
    one.secret.assign(4'000, 's');
    last = await(loop, store.write([one](Txn& txn) { return txn.insert(one); }));
    stored += last ? 1 : 0;
  }
  ASSERT_EQ(codeOf(last), "store_full") << last.error().detail;
  const auto present = [&](int i) {
    return await(loop,
                 store.read([i](Txn& txn) { return txn.get<Item>("item" + std::to_string(i)); }))
        .value()
        .has_value();
  };
  for (int i = 0; i < stored; ++i) ASSERT_TRUE(present(i)) << i;
  EXPECT_FALSE(present(stored));
}

TEST_F(SqliteTest, AFullStoreRefusesWritesKeepsReadsAndHealsWithRoom) {
  const auto store = tryOpen(Schema::of<Item>(), 100).value();
  fillsUpAndGoesOn(loop_, *store);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(await(loop_, store->write([i](Txn& txn) {
      return txn.remove<Item>("item" + std::to_string(i));
    })));
  }
  EXPECT_TRUE(insert(*store, item("after")));
}

TEST_F(SqliteTest, InAFullStoreOnlyTheJobsThatNeedRoomFail) {
  const auto store = tryOpen(Schema::of<Item>(), 100).value();
  fillsUpAndGoesOn(loop_, *store);
  int removed = 0;
  int refused = 0;
  for (int i = 0; i < 10; ++i) {
    Item large = item("large" + std::to_string(i));
    large.secret.assign(150'000, 's');
    store->writeAsync([large](Txn& txn) { return txn.insert(large); },
                      [&](Status status) { refused += codeOf(status) == "store_full" ? 1 : 0; });
    store->writeAsync([i](Txn& txn) { return txn.remove<Item>("item" + std::to_string(i)); },
                      [&](Status status) { removed += status ? 1 : 0; });
  }
  loop_.restart();
  loop_.run();
  EXPECT_EQ(removed, 10);
  EXPECT_EQ(refused, 10);
}

// A real full disk: a small tmpfs in a mount namespace of the child's own.
TEST_F(SqliteTest, AFullDiskIsStoreFullAndLosesNothing) {
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("tmpfs", directory_.root().c_str(), "tmpfs", 0, "size=2m") != 0) {
      _exit(77);
    }
    asio::io_context loop{1};
    auto engine = openSqlite({.path = path()}, Schema::of<Item>(), loop.get_executor());
    if (!engine) _exit(2);
    {
      Store store(std::move(*engine), loop.get_executor(), testKey(1), systemClock());
      fillsUpAndGoesOn(loop, store);
    }
    _exit(HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  // Mounting needs privileges that many machines do not give; the page limit tests hold the rest.
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "this machine lets tests mount nothing";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace executor::store::testing
