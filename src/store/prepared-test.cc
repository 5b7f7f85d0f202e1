// What is prepared before the transaction is stored like any other record, or refused before it.
#include "store/prepared.h"

#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

class PreparedTest : public StoreTest {
 protected:
  Status insertPrepared(const Item& record) {
    Result<Prepared> prepared = store_->prepare(record);
    if (!prepared) return std::unexpected(prepared.error());
    return write([prepared = *std::move(prepared)](Txn& txn) { return txn.insert(prepared); });
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, PreparedTest, ::testing::ValuesIn(engines()), caseName);

Item secretive(std::string id) {
  Item made = item(std::move(id), "visible", 7);
  made.secret = "canary-of-a-prepared-record";
  return made;
}

TEST_P(PreparedTest, APreparedRecordReadsBackWhole) {
  ASSERT_TRUE(insertPrepared(secretive("a")));
  const Item stored = get("a").value().value();
  EXPECT_EQ(stored.name, "visible");
  EXPECT_EQ(stored.rank, 7);
  EXPECT_EQ(stored.secret, "canary-of-a-prepared-record");
}

TEST_P(PreparedTest, ItsIndexesFindIt) {
  ASSERT_TRUE(insertPrepared(secretive("a")));
  const auto found = read([](Txn& txn) { return txn.find<Item>("byName", {"ws_1", "visible"}); });
  ASSERT_TRUE(found.value());
  EXPECT_EQ(found.value()->id, "a");
}

TEST_P(PreparedTest, WhatIsSealedIsNotInThePreparedText) {
  const Prepared prepared = store_->prepare(secretive("a")).value();
  EXPECT_NE(prepared.body.find("visible"), std::string::npos);
  EXPECT_EQ(prepared.body.find("canary"), std::string::npos);
}

TEST_P(PreparedTest, ATakenKeyAndATakenUniqueValueAreRefused) {
  ASSERT_TRUE(insertPrepared(secretive("a")));
  EXPECT_EQ(codeOf(insertPrepared(secretive("a"))), "already_exists");
  EXPECT_EQ(codeOf(insertPrepared(secretive("b"))), "conflict");
}

TEST_P(PreparedTest, ABadKeyAndALargeBodyAreRefusedBeforeTheTransaction) {
  EXPECT_EQ(codeOf(store_->prepare(item("", "name"))), "invalid_argument");
  EXPECT_EQ(codeOf(store_->prepare(item(std::string(kMaxKeyBytes + 1, 'k'), "name"))),
            "invalid_argument");
  Item large = item("large");
  large.secret.assign(kMaxRecordBytes, 's');
  EXPECT_EQ(codeOf(store_->prepare(large)), "payload_too_large");
}

// It counts like any other write of its function.
TEST_P(PreparedTest, ItCountsAgainstTheLimitsOfATransaction) {
  const Status status = write([this](Txn& txn) -> Status {
    for (std::size_t i = 0; i <= kMaxWritesPerTransaction; ++i) {
      EXECUTOR_TRY(const Prepared one, store_->prepare(item("i" + std::to_string(i))));
      EXECUTOR_CHECK(txn.insert(one));
    }
    return {};
  });
  EXPECT_EQ(codeOf(status), "transaction_too_large");
  EXPECT_FALSE(get("i0").value());
}

TEST_P(PreparedTest, AFunctionThatOnlyReadsCannotInsertIt) {
  const Prepared prepared = store_->prepare(item("a")).value();
  EXPECT_EQ(codeOf(read([prepared](Txn& txn) { return txn.insert(prepared); })), "internal");
}

}  // namespace
}  // namespace executor::store::testing
