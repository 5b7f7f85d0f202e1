#include "store/index-key.h"

#include <gtest/gtest.h>

#include <limits>

namespace executor::store {
namespace {

std::string bytesOf(std::initializer_list<IndexValue> values) {
  std::string bytes;
  for (const IndexValue& value : values) value.appendTo(bytes);
  return bytes;
}

TEST(IndexKey, OrderOfBytesIsOrderOfValues) {
  const std::vector<std::string> ascending = {
      bytesOf({std::nullopt}),
      bytesOf({std::numeric_limits<std::int64_t>::min()}),
      bytesOf({-1}),
      bytesOf({0}),
      bytesOf({1}),
      bytesOf({256}),
      bytesOf({std::numeric_limits<std::int64_t>::max()}),
      bytesOf({""}),
      bytesOf({std::string("\0", 1)}),
      bytesOf({std::string("\0a", 2)}),
      bytesOf({"\x01"}),
      bytesOf({"a"}),
      bytesOf({std::string("a\0", 2)}),
      bytesOf({"aa"}),
      bytesOf({"b"}),
      bytesOf({"\xc3\xa9"}),
      bytesOf({"\xf0\x9f\x98\x80"}),
  };
  for (std::size_t i = 1; i < ascending.size(); ++i) EXPECT_LT(ascending[i - 1], ascending[i]) << i;
}

TEST(IndexKey, ColumnsCompareInTurn) {
  EXPECT_LT(bytesOf({"a", "z"}), bytesOf({"b", "a"}));
  EXPECT_LT(bytesOf({"a", 5}), bytesOf({"ab", 1}));
  EXPECT_NE(bytesOf({"ab", "c"}), bytesOf({"a", "bc"}));
}

TEST(IndexKey, APrefixEndsBeforeTheNextValue) {
  const std::string prefix = bytesOf({"a"});
  const std::string end = afterPrefix(prefix);
  EXPECT_LT(bytesOf({"a", "\xf4\x8f\xbf\xbf"}), end);
  EXPECT_GE(bytesOf({"a\x01"}), end);
  EXPECT_EQ(afterPrefix("\xff\xff"), "");
  EXPECT_EQ(afterPrefix("a\xff"), "b");
}

TEST(IndexKey, FloatsAndObjectsAreNoIndexColumns) {
  const RecordType type{.table = "t", .keyField = "id"};
  const IndexType index{"byX", {"x"}, false};
  const auto entry = [&](json::value value) {
    return indexEntry(type, index, json::object{{"x", std::move(value)}}, "k").has_value();
  };
  EXPECT_TRUE(entry(true));
  EXPECT_TRUE(entry(nullptr));
  EXPECT_FALSE(entry(1.5));
  EXPECT_FALSE(entry(json::object{}));
  EXPECT_FALSE(entry(std::numeric_limits<std::uint64_t>::max()));
}

TEST(IndexKey, AUniqueEntryLeavesTheKeyOutUnlessAColumnIsNone) {
  const RecordType type{.table = "t", .keyField = "id"};
  const IndexType index{"byX", {"x"}, true};
  const auto entry = [&](json::value value, std::string_view key) {
    return indexEntry(type, index, json::object{{"x", std::move(value)}}, key).value();
  };
  EXPECT_EQ(entry("v", "k1"), entry("v", "k2"));
  EXPECT_NE(entry(nullptr, "k1"), entry(nullptr, "k2"));
}

}  // namespace
}  // namespace executor::store
