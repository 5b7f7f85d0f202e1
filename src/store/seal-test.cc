// What is sealed stays sealed, and what a newer program wrote stays written (invariant 1, D24).
#include "store/seal.h"

#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

constexpr std::string_view kCanary = "canary-4f7e-secret-value";

class SealTest : public StoreTest {
 protected:
  std::string rawBytes() { return GetParam().rawBytes(directory_.root()); }
  Item secretive() {
    Item made = item("a", "visible-name");
    made.secret = kCanary;
    return made;
  }
  Result<std::optional<json::object>> rawBody() {
    return read([](Txn& txn) -> Result<std::optional<json::object>> {
      EXECUTOR_TRY(const std::optional<Row> row, txn.engine().get(recordType<Item>(), "a"));
      return parseJson(row->body).value().get_object();
    });
  }
  Status overwriteBody(json::object body, std::string key) {
    return write([body, key](Txn& txn) {
      const std::string text = serializeJson(json::value(body));
      const auto entries = indexEntries(recordType<Item>(), body, key).value();
      if (txn.engine().get(recordType<Item>(), key).value()) {
        return txn.engine().replace(recordType<Item>(), {key, text, entries});
      }
      return txn.engine().insert(recordType<Item>(), {key, text, entries});
    });
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, SealTest, ::testing::ValuesIn(engines()), caseName);

TEST_P(SealTest, ASealedFieldIsInNoFileOfTheStore) {
  ASSERT_TRUE(insert(secretive()));
  EXPECT_NE(rawBytes().find("visible-name"), std::string::npos);
  EXPECT_EQ(rawBytes().find(kCanary), std::string::npos);
  close();
  EXPECT_EQ(rawBytes().find(kCanary), std::string::npos);
  open();
  EXPECT_EQ(get("a").value()->secret, kCanary);
}

TEST_P(SealTest, AnotherMasterKeyDoesNotOpenIt) {
  ASSERT_TRUE(insert(secretive()));
  open(Schema::of<Item>(), 2);
  const auto read = get("a");
  EXPECT_EQ(codeOf(read), "store_corrupt");
  EXPECT_NE(read.error().hint.find("EXECUTOR_ENCRYPTION_KEY"), std::string::npos);
}

TEST_P(SealTest, MovedToAnotherWorkspaceOrRecordItDoesNotOpen) {
  ASSERT_TRUE(insert(secretive()));
  json::object body = *rawBody().value();
  json::object otherRecord = body;
  otherRecord["id"] = "b";
  otherRecord["name"] = "b";
  ASSERT_TRUE(overwriteBody(otherRecord, "b"));
  EXPECT_EQ(codeOf(get("b")), "store_corrupt");
  body["workspaceId"] = "ws_2";
  ASSERT_TRUE(overwriteBody(body, "a"));
  EXPECT_EQ(codeOf(get("a")), "store_corrupt");
}

TEST_P(SealTest, ATamperedValueDoesNotOpen) {
  ASSERT_TRUE(insert(secretive()));
  json::object body = *rawBody().value();
  body["secret"].get_string()[20] = body["secret"].get_string()[20] == 'A' ? 'B' : 'A';
  ASSERT_TRUE(overwriteBody(body, "a"));
  EXPECT_EQ(codeOf(get("a")), "store_corrupt");
}

TEST_P(SealTest, AnOlderProgramKeepsWhatItDoesNotKnow) {
  Item one = secretive();
  one.rank = 5;
  ASSERT_TRUE(insert(one));
  open(Schema::of<OldItem>());
  ASSERT_TRUE(write([](Txn& txn) { return txn.put(OldItem{"a", "ws_1", "renamed"}); }));
  open();
  const Item after = *get("a").value();
  EXPECT_EQ(after.name, "renamed");
  EXPECT_EQ(after.rank, 5);
  EXPECT_EQ(after.secret, kCanary);
}

TEST(Sealer, TheKeyCacheChangesNothing) {
  const Sealer sealer(testKey(7));
  const std::string sealed = sealer.sealBytes("ws_0", "x", "bytes");
  for (int i = 0; i < 5'000; ++i) (void)sealer.sealBytes("ws_" + std::to_string(i), "x", "y");
  EXPECT_EQ(sealer.openBytes("ws_0", "x", sealed).value(), "bytes");
  EXPECT_FALSE(sealer.openBytes("ws_1", "x", sealed));
  EXPECT_FALSE(sealer.openBytes("ws_0", "y", sealed));
}

}  // namespace
}  // namespace executor::store::testing
