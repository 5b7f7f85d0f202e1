// Every limit of the seam is a constant and holds, on every engine (D25).
#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

using LimitTest = StoreTest;

INSTANTIATE_TEST_SUITE_P(Engines, LimitTest, ::testing::ValuesIn(engines()), caseName);

Item large(std::string id, std::size_t bytes) {
  Item made = item(std::move(id));
  made.count = 1;
  // Sealing and base64 add a third.
  made.secret.assign(bytes * 3 / 4, 's');
  return made;
}

TEST_P(LimitTest, ARecordOverItsSizeIsRefusedAndTheSmallerOneIsNot) {
  EXPECT_TRUE(insert(large("fits", kMaxRecordBytes - 1024)));
  EXPECT_EQ(codeOf(insert(large("big", kMaxRecordBytes))), "payload_too_large");
  EXPECT_FALSE(get("big").value());
}

TEST_P(LimitTest, AFunctionMakesNoMoreThanTheWritesAllowed) {
  const auto many = [this](std::size_t count) {
    return write([count](Txn& txn) -> Status {
      for (std::size_t i = 0; i < count; ++i) {
        EXECUTOR_CHECK(txn.put(item("i" + std::to_string(i))));
      }
      return {};
    });
  };
  EXPECT_EQ(codeOf(many(kMaxWritesPerTransaction + 1)), "transaction_too_large");
  EXPECT_FALSE(get("i0").value());
  EXPECT_TRUE(many(kMaxWritesPerTransaction));
}

TEST_P(LimitTest, AFunctionWritesNoMoreThanTheBytesAllowed) {
  constexpr std::size_t each = 200u << 10;
  const auto bytes = [this](std::size_t count) {
    return write([count](Txn& txn) -> Status {
      for (std::size_t i = 0; i < count; ++i) {
        EXECUTOR_CHECK(txn.put(large("b" + std::to_string(i), each)));
      }
      return {};
    });
  };
  EXPECT_EQ(codeOf(bytes(kMaxTransactionBytes / each + 1)), "transaction_too_large");
  EXPECT_FALSE(get("b0").value());
  EXPECT_TRUE(bytes(kMaxTransactionBytes / each - 1));
}

TEST_P(LimitTest, RemovalsCountAsWrites) {
  const Status status = write([](Txn& txn) -> Status {
    for (std::size_t i = 0; i <= kMaxWritesPerTransaction; ++i) {
      EXECUTOR_CHECK(txn.remove<Item>("x"));
    }
    return {};
  });
  EXPECT_EQ(codeOf(status), "transaction_too_large");
}

TEST_P(LimitTest, AKeyHasOneToItsMaximumBytes) {
  EXPECT_EQ(codeOf(insert(item("", "name"))), "invalid_argument");
  EXPECT_EQ(codeOf(insert(item(std::string(kMaxKeyBytes + 1, 'k'), "name"))), "invalid_argument");
  EXPECT_TRUE(insert(item(std::string(kMaxKeyBytes, 'k'), "name")));
}

TEST_P(LimitTest, IndexedFieldsAreBounded) {
  EXPECT_EQ(codeOf(insert(item("a", std::string(kMaxIndexEntryBytes, 'n')))), "invalid_argument");
  EXPECT_TRUE(insert(item("a", std::string(kMaxIndexEntryBytes - 100, 'n'))));
}

TEST_P(LimitTest, DeepJsonThatAProgramMaySendReadsBack) {
  std::string text(500, '[');
  text += std::string(500, ']');
  ASSERT_TRUE(parseJson(text));
  json::object deep{{"id", "deep"},
                    {"workspaceId", "w"},
                    {"name", "n"},
                    {"colour", "red"},
                    {"secret", ""},
                    {"count", 0},
                    {"later", parseJson(text).value()}};
  ASSERT_TRUE(write([deep](Txn& txn) { return txn.insertJson(recordType<Item>(), deep); }));
  EXPECT_TRUE(get("deep").value());
}

}  // namespace
}  // namespace executor::store::testing
