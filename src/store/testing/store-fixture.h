// What the store's tests share: a loop, a directory that goes away, record types, and the list of
// engines that every engine-independent test runs on.
//
// A test of the seam is a TEST_P(StoreTest, …) and knows no engine; PostgreSQL and Convex join by
// adding a row to engines(). Tests of one engine's own promises stand beside that engine.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "store/store.h"

namespace executor::store::testing {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

// A bit of everything the seam offers.
struct Item {
  std::string id;
  std::string workspaceId;
  std::string name;
  std::optional<std::int64_t> rank;
  Colour colour = Colour::red;
  std::string secret;
  std::int64_t count = 0;
};
RECORD(Item, "item", FIELDS(id, workspaceId, name, rank, colour, secret, count), KEY(id),
       WORKSPACE(workspaceId), INDEX(byRank, workspaceId, rank), INDEX(byColour, colour, count),
       UNIQUE(byName, workspaceId, name), SEALED(secret));

// The same table as a program of yesterday knew it.
struct OldItem {
  std::string id;
  std::string workspaceId;
  std::string name;
};
RECORD(OldItem, "item", FIELDS(id, workspaceId, name), KEY(id), UNIQUE(byName, workspaceId, name));

struct Nickname {
  std::string id;
  std::optional<std::string> nick;
};
RECORD(Nickname, "nickname", FIELDS(id, nick), KEY(id), UNIQUE(byNick, nick));

inline Item item(std::string id, std::string name = {}, std::optional<std::int64_t> rank = {}) {
  Item made;
  made.name = name.empty() ? id : std::move(name);
  made.id = std::move(id);
  made.workspaceId = "ws_1";
  made.rank = rank;
  return made;
}

class TempDirectory {
 public:
  TempDirectory();
  ~TempDirectory();
  TempDirectory(const TempDirectory&) = delete;

  std::string path(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& root() const { return path_; }

 private:
  std::string path_;
};

// Runs the loop until the task is done.
template <class T>
T await(asio::io_context& loop, Task<T> task) {
  std::optional<T> outcome;
  asio::co_spawn(loop, std::move(task), [&](std::exception_ptr thrown, T value) {
    if (thrown) std::rethrow_exception(thrown);
    outcome.emplace(std::move(value));
  });
  loop.restart();
  while (!outcome && loop.run_one() > 0) {
  }
  return *std::move(outcome);
}

struct EngineCase {
  std::string name;
  std::function<Result<std::unique_ptr<Engine>>(const std::string& directory, Schema schema,
                                                asio::any_io_executor loop)>
      open;
  // What somebody finds who can read everything the engine has written.
  std::function<std::string(const std::string& directory)> rawBytes;
};

// Every engine there is.
std::vector<EngineCase> engines();

Key256 testKey(unsigned char fill);

class StoreTest : public ::testing::TestWithParam<EngineCase> {
 protected:
  void SetUp() override { open(); }

  // Also reopens: what was durable is there again.
  void open(Schema schema = Schema::of<Item, Nickname>(), unsigned char key = 1);
  void close() { store_.reset(); }

  template <class F>
  std::invoke_result_t<F&, Txn&> write(F fn) {
    return await(loop_, store_->write(std::move(fn)));
  }
  template <class F>
  std::invoke_result_t<F&, Txn&> read(F fn) {
    return await(loop_, store_->read(std::move(fn)));
  }

  template <class Done>
  void runUntil(Done done) {
    loop_.restart();
    while (!done() && loop_.run_one() > 0) {
    }
    ASSERT_TRUE(done());
  }

  Status insert(Item item) {
    return write([item](Txn& txn) { return txn.insert(item); });
  }
  Result<std::optional<Item>> get(std::string id) {
    return read([id](Txn& txn) { return txn.get<Item>(id); });
  }
  // The ids of one page.
  std::vector<std::string> ids(IndexRef<Item> index, ScanOptions options);

  TempDirectory directory_;
  asio::io_context loop_{1};
  ManualClock clock_{1'700'000'000'000};
  std::unique_ptr<Store> store_;
};

// "ok" or the code's name.
template <class T>
std::string codeOf(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().codeName());
}

inline std::string caseName(const ::testing::TestParamInfo<EngineCase>& info) {
  return info.param.name;
}

}  // namespace executor::store::testing
