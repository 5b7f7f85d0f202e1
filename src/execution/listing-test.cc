// Filters of the list: what they find, where a page ends, and that the walk is bounded.
#include "execution/listing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/id.h"
#include "execution/execution-record.h"
#include "invocation/testing/world.h"

namespace executor::execution {
namespace {

class ListingTest : public ::testing::Test {
 protected:
  ListingTest() : world_(invocation::testing::Paths::fresh(), executionSchema()) {}

  // An id that sorts by `number`, one second later each.
  static std::string idOf(int number) { return fmt::format("task_{:06}", number); }

  ExecutionRecord record(int number) {
    ExecutionRecord record;
    record.id = idOf(number);
    record.workspaceId = "ws_1";
    record.client = "mcp";
    record.state = State::completed;
    record.createdAt = kStart + number * 1'000;
    record.submission.code.text = "return 1";
    return record;
  }
  void put(const std::vector<ExecutionRecord>& records) {
    for (std::size_t at = 0; at < records.size(); at += 150) {
      const std::vector<ExecutionRecord> some(
          records.begin() + static_cast<std::ptrdiff_t>(at),
          records.begin() + static_cast<std::ptrdiff_t>(std::min(at + 150, records.size())));
      auto put = world_.run(world_.store->write([some](store::Txn& txn) -> Status {
        for (const auto& one : some) EXECUTOR_CHECK(txn.put(one));
        return {};
      }));
      ASSERT_TRUE(put) << put.error().message;
    }
  }
  Executions::Page list(ListQuery query, std::string workspace = "ws_1") {
    auto page = world_.run(world_.store->read(
        [query, workspace](store::Txn& txn) { return listExecutions(txn, workspace, query); }));
    EXPECT_TRUE(page) << page.error().message;
    return page.value_or(Executions::Page());
  }
  // The numbers of the found executions, joined by blanks.
  std::string found(ListQuery query) {
    std::string text;
    for (const auto& item : list(std::move(query)).items) {
      text += (text.empty() ? "" : " ") + std::to_string(std::stoi(item.id.substr(5)));
    }
    return text;
  }

  static constexpr EpochMs kStart = 1'700'000'000'000;
  invocation::testing::World world_;
};

TEST_F(ListingTest, EachFilterSelectsAndAllTogetherDo) {
  std::vector<ExecutionRecord> records;
  for (int i = 1; i <= 6; ++i) records.push_back(record(i));
  records[0].client = "cli";
  records[1].tools = {"github.issues.create", "github.issues.list"};
  records[2].tool = "github.issues.create";
  records[3].submission.code.text = "await tools.Shop.items.list({})";
  records[4].state = State::failed;
  records[4].ending = Ending{.errorMessage = "The upstream said Teapot"};
  records[5].workspaceId = "ws_2";
  put(records);
  EXPECT_EQ(found({}), "5 4 3 2 1");
  EXPECT_EQ(found({.client = "cli"}), "1");
  EXPECT_EQ(found({.tool = "github.issues.create"}), "3 2");
  EXPECT_EQ(found({.tool = "github.issues"}), "3 2");
  EXPECT_EQ(found({.tool = "github.iss"}), "");
  EXPECT_EQ(found({.text = "shop.ITEMS"}), "4");
  EXPECT_EQ(found({.text = "teapot"}), "5");
  EXPECT_EQ(found({.text = "issues.list"}), "2");
  EXPECT_EQ(found({.text = "000003"}), "3");
  EXPECT_EQ(found({.state = "failed"}), "5");
  EXPECT_EQ(found({.state = "completed", .text = "teapot"}), "");
  EXPECT_EQ(found({.since = kStart + 4'000}), "5 4");
  EXPECT_EQ(found({.since = kStart + 2'000, .until = kStart + 4'000}), "3 2");
  EXPECT_EQ(found({.tool = "github", .until = kStart + 3'000}), "2");
}

TEST_F(ListingTest, PagesOfAFilterLoseAndRepeatNothing) {
  std::vector<ExecutionRecord> records;
  for (int i = 1; i <= 500; ++i) {
    records.push_back(record(i));
    if (i % 7 == 0) records.back().client = "cli";
  }
  put(records);
  std::vector<std::string> ids;
  std::string cursor;
  do {
    const auto page = list({.client = "cli", .limit = 10, .cursor = cursor});
    EXPECT_FALSE(page.partial);
    EXPECT_LE(page.items.size(), 10u);
    for (const auto& item : page.items) ids.push_back(item.id);
    cursor = page.nextCursor;
  } while (!cursor.empty());
  ASSERT_EQ(ids.size(), 71u);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(ids[i], idOf(static_cast<int>(497 - 7 * i)));
  }
}

TEST_F(ListingTest, TheWalkIsBoundedAndGoesOnByItsCursor) {
  std::vector<ExecutionRecord> records;
  for (int i = 1; i <= static_cast<int>(kMaxExaminedExecutions) + 50; ++i) {
    records.push_back(record(i));
  }
  records[9].client = "cli";
  put(records);
  const auto first = list({.client = "cli"});
  EXPECT_TRUE(first.items.empty());
  EXPECT_TRUE(first.partial);
  ASSERT_FALSE(first.nextCursor.empty());
  const auto second = list({.client = "cli", .cursor = first.nextCursor});
  ASSERT_EQ(second.items.size(), 1u);
  EXPECT_EQ(second.items[0].id, idOf(10));
  EXPECT_FALSE(second.partial);
  EXPECT_TRUE(second.nextCursor.empty());
}

TEST_F(ListingTest, SinceEndsTheWalkWithoutReadingTheRest) {
  std::vector<ExecutionRecord> records;
  for (int i = 1; i <= static_cast<int>(kMaxExaminedExecutions) + 50; ++i) {
    records.push_back(record(i));
    records.back().createdAt = kStart + EpochMs{i} * 60'000;
  }
  put(records);
  const auto page = list({.client = "none", .since = records.back().createdAt - 60'000});
  EXPECT_FALSE(page.partial);
  EXPECT_TRUE(page.nextCursor.empty());
}

TEST_F(ListingTest, AClockSetBackHidesNothing) {
  std::vector<ExecutionRecord> records = {record(1), record(2), record(3)};
  records[1].createdAt = kStart - kClockSlackMs / 2;
  put(records);
  EXPECT_EQ(found({.since = kStart}), "3 1");
}

TEST(ListQueryCheck, NamesWhatIsWrong) {
  const std::pair<ListQuery, std::string> cases[] = {
      {{.state = "done"}, "no state"},
      {{.limit = 0}, "limit"},
      {{.limit = kMaxListed + 1}, "limit"},
      {{.text = std::string(kMaxListTextBytes + 1, 'x')}, "200 bytes"},
      {{.since = 5, .until = 5}, "until"}};
  for (const auto& [query, expected] : cases) {
    const Status status = checkQuery(query);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(status.error().message.find(expected), std::string::npos) << status.error().message;
  }
  EXPECT_TRUE(checkQuery({.text = std::string(kMaxListTextBytes, 'x'), .limit = kMaxListed}));
}

}  // namespace
}  // namespace executor::execution
