// Killed and shared: the promises that need more than one process (invariant 8, D10).
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "store/sqlite/group-writer.h"
#include "store/sqlite/sqlite-engine.h"
#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

std::unique_ptr<Store> openAt(const std::string& path, asio::io_context& loop) {
  auto engine = openSqlite({.path = path}, Schema::of<Item>(), loop.get_executor());
  if (!engine) return nullptr;
  return std::make_unique<Store>(std::move(*engine), loop.get_executor(), testKey(1),
                                 systemClock());
}

// Writes and tells over the pipe what was acknowledged, until killed.
Task<> writeForever(Store& store, int lane, int acknowledge) {
  for (std::int32_t i = 0;; ++i) {
    const std::string id = std::to_string(lane) + "-" + std::to_string(i);
    const Status status = co_await store.write([id](Txn& txn) { return txn.insert(item(id)); });
    const std::array<std::int32_t, 2> done = {lane, i};
    if (!status || write(acknowledge, done.data(), sizeof(done)) != sizeof(done)) _exit(3);
  }
}

[[noreturn]] void crashingChild(const std::string& path, int acknowledge) {
  asio::io_context loop{1};
  const auto store = openAt(path, loop);
  if (store == nullptr) _exit(2);
  for (int lane = 0; lane < 8; ++lane) {
    asio::co_spawn(loop, writeForever(*store, lane, acknowledge), asio::detached);
  }
  loop.run();
  _exit(4);
}

// Kills the child after `count` acknowledgements; the highest of each lane.
std::array<std::int32_t, 8> runAndKill(const std::string& path, int count) {
  std::array<int, 2> channel{};
  EXPECT_EQ(pipe(channel.data()), 0);
  const pid_t child = fork();
  if (child == 0) crashingChild(path, channel[1]);
  close(channel[1]);
  std::array<std::int32_t, 8> last;
  last.fill(-1);
  std::array<std::int32_t, 2> done{};
  while (count-- > 0 && read(channel[0], done.data(), sizeof(done)) == sizeof(done)) {
    last.at(static_cast<std::size_t>(done[0])) = done[1];
  }
  kill(child, SIGKILL);
  while (read(channel[0], done.data(), sizeof(done)) == sizeof(done)) {
    last.at(static_cast<std::size_t>(done[0])) = done[1];
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  close(channel[0]);
  return last;
}

TEST(SqliteCrash, AKilledProcessLosesNoAcknowledgedCommit) {
  for (const int count : {1, 50, 400, 1500}) {
    const TempDirectory directory;
    const auto last = runAndKill(directory.path("store.db"), count);
    asio::io_context loop{1};
    const auto store = openAt(directory.path("store.db"), loop);
    ASSERT_NE(store, nullptr);
    for (std::size_t lane = 0; lane < last.size(); ++lane) {
      for (std::int32_t i = 0; i <= last.at(lane); ++i) {
        const std::string id = std::to_string(lane) + "-" + std::to_string(i);
        const auto found = await(loop, store->read([id](Txn& txn) { return txn.get<Item>(id); }));
        ASSERT_TRUE(found.value().has_value()) << id;
      }
    }
    EXPECT_TRUE(checkSqlite(directory.path("store.db")));
  }
}

// Increments a shared counter; the exit code tells whether all commits were acknowledged.
int countUp(const std::string& path, int times) {
  asio::io_context loop{1};
  const auto store = openAt(path, loop);
  if (store == nullptr) return 2;
  for (int i = 0; i < times; ++i) {
    const Status status = await(loop, store->write([](Txn& txn) -> Status {
      EXECUTOR_TRY(std::optional<Item> counter, txn.get<Item>("counter"));
      if (!counter) counter = item("counter");
      ++counter->count;
      return txn.put(*counter);
    }));
    if (!status) return 1;
  }
  return 0;
}

TEST(SqliteShared, ProcessesOnOneFileLoseNoIncrement) {
  constexpr int kProcesses = 3;
  constexpr int kTimes = 100;
  const TempDirectory directory;
  std::array<pid_t, kProcesses> children{};
  for (pid_t& child : children) {
    child = fork();
    if (child == 0) _exit(countUp(directory.path("store.db"), kTimes));
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  asio::io_context loop{1};
  const auto store = openAt(directory.path("store.db"), loop);
  const auto counter = await(loop, store->read([](Txn& txn) { return txn.get<Item>("counter"); }));
  EXPECT_EQ(counter.value()->count, kProcesses * kTimes);
}

TEST(SqliteShared, ProcessesMayOpenAFreshFileAtOnce) {
  constexpr int kRounds = 15;
  for (int round = 0; round < kRounds; ++round) {
    const TempDirectory directory;
    std::array<pid_t, 6> children{};
    for (pid_t& child : children) {
      child = fork();
      if (child == 0) _exit(countUp(directory.path("store.db"), 1));
    }
    for (const pid_t child : children) {
      int status = 0;
      waitpid(child, &status, 0);
      EXPECT_EQ(status, 0) << round;
    }
  }
}

TEST(SqliteShared, ACommitOfAnotherProcessWakesWatchers) {
  const TempDirectory directory;
  asio::io_context loop{1};
  const auto store = openAt(directory.path("store.db"), loop);
  Watch watch = store->watch("anything");
  const auto neighbour = openAt(directory.path("store.db"), loop);
  ASSERT_TRUE(await(loop, neighbour->write([](Txn& txn) { return txn.insert(item("theirs")); })));
  EXPECT_TRUE(await(loop, watch.wait(deadlineAfter(20 * kForeignPoll))));
}

TEST(SqliteShared, AWriterThatIsKeptWaitingGivesUpWithStoreConflict) {
  const TempDirectory directory;
  asio::io_context loop{1};
  auto engine = openSqlite({.path = directory.path("store.db"), .busyTimeoutMs = 20},
                           Schema::of<Item>(), loop.get_executor());
  Store store(std::move(*engine), loop.get_executor(), testKey(1), systemClock());
  Connection holder = Connection::open({.path = directory.path("store.db")}).value();
  ASSERT_TRUE(holder.exec("BEGIN IMMEDIATE"));
  const auto insert = [&](const char* id) {
    return await(loop, store.write([id](Txn& txn) { return txn.insert(item(id)); }));
  };
  EXPECT_EQ(codeOf(insert("a")), "store_conflict");
  ASSERT_TRUE(holder.exec("ROLLBACK"));
  EXPECT_TRUE(insert("a"));
}

}  // namespace
}  // namespace executor::store::testing
