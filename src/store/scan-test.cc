// Order, bounds and pages of scans, on every engine (D25).
#include <algorithm>
#include <fstream>
#include <sstream>

#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

class ScanTest : public StoreTest {
 protected:
  // ranks: none, -5, 0, 3, 3
  void fill() {
    ASSERT_TRUE(insert(item("e", "e", 3)));
    ASSERT_TRUE(insert(item("a", "a", 3)));
    ASSERT_TRUE(insert(item("c", "c", -5)));
    ASSERT_TRUE(insert(item("d", "d")));
    ASSERT_TRUE(insert(item("b", "b", 0)));
    Item elsewhere = item("x", "x", 1);
    elsewhere.workspaceId = "ws_10";
    ASSERT_TRUE(insert(elsewhere));
  }

  // Follows the cursors, checking `more` on the way.
  std::vector<std::string> allPages(IndexRef<Item> index, ScanOptions options);
};

std::vector<std::string> ScanTest::allPages(IndexRef<Item> index, ScanOptions options) {
  std::vector<std::string> found;
  do {
    const Page<Item> page =
        read([index, options](Txn& txn) { return txn.scan<Item>(index, options); }).value();
    EXPECT_EQ(page.more, !page.nextCursor.empty());
    EXPECT_LE(page.items.size(), options.limit);
    for (const Item& one : page.items) found.push_back(one.id);
    options.after = page.nextCursor;
  } while (!options.after.empty());
  return found;
}

using Names = std::vector<std::string>;

INSTANTIATE_TEST_SUITE_P(Engines, ScanTest, ::testing::ValuesIn(engines()), caseName);

TEST_P(ScanTest, OrdersByColumnsThenKeyWithNoneFirst) {
  fill();
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_1"}, .limit = 10}), (Names{"d", "c", "b", "a", "e"}));
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_1"}, .order = Order::descending, .limit = 10}),
            (Names{"e", "a", "b", "c", "d"}));
}

TEST_P(ScanTest, APrefixMatchesWholeValues) {
  fill();
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_10"}, .limit = 10}), Names{"x"});
  EXPECT_EQ(ids("byRank", {.prefix = {"ws"}, .limit = 10}), Names{});
}

TEST_P(ScanTest, NoneIsAValueOfAPrefix) {
  fill();
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_1", std::nullopt}, .limit = 10}), Names{"d"});
}

TEST_P(ScanTest, BoundsAreFromInclusiveToExclusive) {
  fill();
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_1"}, .from = -5, .to = 3, .limit = 10}),
            (Names{"c", "b"}));
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_1"}, .from = 3, .limit = 10}), (Names{"a", "e"}));
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_1"}, .to = 0, .limit = 10}), (Names{"d", "c"}));
}

TEST_P(ScanTest, EnumColumnsScanByName) {
  Item green = item("g");
  green.colour = Colour::green;
  ASSERT_TRUE(insert(green));
  ASSERT_TRUE(insert(item("r")));
  EXPECT_EQ(ids("byColour", {.prefix = {Colour::green}, .limit = 5}), Names{"g"});
}

TEST_P(ScanTest, PagesAreCompleteAndWithoutRepeats) {
  fill();
  for (const Order order : {Order::ascending, Order::descending}) {
    const Names whole = ids("byRank", {.prefix = {"ws_1"}, .order = order, .limit = 10});
    for (std::size_t limit = 1; limit <= 6; ++limit) {
      EXPECT_EQ(allPages("byRank", {.prefix = {"ws_1"}, .order = order, .limit = limit}), whole);
    }
  }
}

TEST_P(ScanTest, PagesGoOnWhereRecordsWereRemovedAndAdded) {
  fill();
  const ScanOptions options{.prefix = {"ws_1"}, .limit = 2};
  const Page<Item> first =
      read([options](Txn& txn) { return txn.scan<Item>("byRank", options); }).value();
  ASSERT_TRUE(write([](Txn& txn) -> Status {
    EXECUTOR_CHECK(txn.remove<Item>("c"));
    return txn.insert(item("z", "z", -9));
  }));
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_1"}, .limit = 9, .after = first.nextCursor}),
            (Names{"b", "a", "e"}));
}

TEST_P(ScanTest, ACursorOfAnotherListIsRefused) {
  fill();
  const Page<Item> page = read([](Txn& txn) {
                            return txn.scan<Item>("byRank", {.prefix = {"ws_1"}, .limit = 1});
                          }).value();
  const auto refused = [&](IndexRef<Item> index, std::string workspace, std::string cursor) {
    return ids(index, {.prefix = {workspace}, .limit = 1, .after = cursor}) ==
           Names{"invalid_argument"};
  };
  EXPECT_TRUE(refused("byName", "ws_1", page.nextCursor));
  EXPECT_TRUE(refused("byRank", "ws_10", page.nextCursor));
  EXPECT_TRUE(refused("byRank", "ws_1", "A" + page.nextCursor));
  EXPECT_TRUE(refused("byRank", "ws_1", "not a cursor"));
}

TEST_P(ScanTest, ScansByKeyTakeBounds) {
  fill();
  const auto keys = [this](ScanOptions options) {
    Names found;
    const Page<Item> page = read([options](Txn& txn) { return txn.scan<Item>(options); }).value();
    for (const Item& one : page.items) found.push_back(one.id);
    return found;
  };
  EXPECT_EQ(keys({.limit = 10}), (Names{"a", "b", "c", "d", "e", "x"}));
  EXPECT_EQ(keys({.from = "b", .to = "d", .limit = 10}), (Names{"b", "c"}));
  EXPECT_EQ(keys({.order = Order::descending, .limit = 1}), Names{"x"});
}

TEST_P(ScanTest, ALimitIsRequiredAndBounded) {
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_1"}}), Names{"invalid_argument"});
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_1"}, .limit = kMaxScan + 1}), Names{"invalid_argument"});
  EXPECT_EQ(ids("byRank", {.prefix = {"ws_1"}, .limit = kMaxScan}), Names{});
}

TEST_P(ScanTest, APageOfLargeRecordsEndsEarly) {
  const std::size_t each = 200u << 10;
  const int count = static_cast<int>(kMaxScanBytes / each) + 3;
  for (int i = 0; i < count; ++i) {
    Item large = item("big" + std::to_string(100 + i));
    large.secret.assign(100u << 10, 'x');
    ASSERT_TRUE(insert(large));
    large.id += "-2";
    large.name += "-2";
    ASSERT_TRUE(insert(large));
  }
  const Page<Item> page = read([](Txn& txn) {
                            return txn.scan<Item>("byRank", {.prefix = {"ws_1"}, .limit = 1000});
                          }).value();
  EXPECT_TRUE(page.more);
  EXPECT_LT(page.items.size(), static_cast<std::size_t>(2 * count));
  EXPECT_EQ(allPages("byRank", {.prefix = {"ws_1"}, .limit = 1000}).size(),
            static_cast<std::size_t>(2 * count));
}

Names naughtyStrings() {
  std::ifstream file(std::string(EXECUTOR_SOURCE_DIR) + "/src/store/testing/naughty-strings.json");
  std::stringstream text;
  text << file.rdbuf();
  const json::value list = parseJson(text.str()).value();
  Names strings;
  for (const json::value& one : list.as_array()) {
    if (!one.get_string().empty()) strings.emplace_back(one.get_string());
  }
  strings.insert(strings.end(), {std::string("\0", 1), std::string("a\0b", 3), "a", "a\x01",
                                 std::string("a\0\xc3\xbf", 4), "\x7f", "\xf4\x8f\xbf\xbf"});
  std::ranges::sort(strings);
  strings.erase(std::ranges::unique(strings).begin(), strings.end());
  return strings;
}

TEST_P(ScanTest, NaughtyStringsKeepBytewiseOrderAsNamesAndKeys) {
  const Names strings = naughtyStrings();
  ASSERT_GT(strings.size(), 400u);
  for (const std::string& text : strings) {
    if (text.size() <= kMaxKeyBytes) {
      ASSERT_TRUE(insert(item(text, text))) << text;
    }
  }
  const Names byName = allPages("byName", {.prefix = {"ws_1"}, .limit = 37});
  EXPECT_TRUE(std::ranges::is_sorted(byName));
  EXPECT_GT(byName.size(), 400u);
  for (const std::string& text : byName) EXPECT_EQ(get(text).value()->name, text);
}

}  // namespace
}  // namespace executor::store::testing
