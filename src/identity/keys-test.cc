#include "identity/identity-fixture.h"

namespace executor::identity {
namespace {

class KeysTest : public IdentityFixture {
 protected:
  KeysTest() { identity_ = started(); }

  std::unique_ptr<Identity> identity_;
};

TEST_F(KeysTest, ShowsTheKeyOnceAndNeverAgain) {
  const auto created = run(identity_->createKey(owner(), "laptop", true));
  ASSERT_TRUE(created);
  EXPECT_TRUE(isId(created->view.id, idPrefix::kKey));
  EXPECT_EQ(created->view.name, "laptop");
  EXPECT_TRUE(created->view.mayApprove);
  EXPECT_EQ(created->view.expiresAt, 0);
  EXPECT_FALSE(databaseBytes().contains(created->key));
}

TEST_F(KeysTest, ListsNewestFirstWithTheRevokedOnes) {
  clock_.advance(1'000);
  const auto a = run(identity_->createKey(owner(), "a", false));
  clock_.advance(1'000);
  const auto b = run(identity_->createKey(owner(), "b", false));
  ASSERT_TRUE(run(identity_->revokeKey(owner(), a->view.id)));
  const auto keys = run(identity_->listKeys(owner()));
  ASSERT_EQ(keys->size(), 3u);
  EXPECT_EQ((*keys)[0].id, b->view.id);
  EXPECT_EQ((*keys)[1].id, a->view.id);
  EXPECT_TRUE((*keys)[1].revoked);
  EXPECT_EQ((*keys)[2].name, "local agent");
}

TEST_F(KeysTest, AreForPersonsOnly) {
  const auto id = run(identity_->createKey(owner(), "a", false))->view.id;
  EXPECT_EQ(run(identity_->createKey(agent(), "b", false)).error().code, ErrorCode::forbidden);
  EXPECT_EQ(run(identity_->listKeys(agent())).error().code, ErrorCode::forbidden);
  EXPECT_EQ(run(identity_->revokeKey(agent(), id)).error().code, ErrorCode::forbidden);
  EXPECT_FALSE(run(identity_->listKeys(owner()))->front().revoked);
}

TEST_F(KeysTest, OfAnotherWorkspaceAreUnknown) {
  const auto id = run(identity_->createKey(owner(), "a", false))->view.id;
  auto stranger = owner();
  stranger.workspaceId = "ws_other";
  EXPECT_EQ(run(identity_->revokeKey(stranger, id)).error().code, ErrorCode::not_found);
  EXPECT_TRUE(run(identity_->listKeys(stranger))->empty());
  EXPECT_EQ(run(identity_->revokeKey(owner(), "key_unknown")).error().code, ErrorCode::not_found);
}

TEST_F(KeysTest, NeedAPrintableName) {
  for (const auto& name : {std::string(), std::string("  "), std::string("a\nb"),
                           std::string("\xff"), std::string(kMaxKeyNameBytes + 1, 'x')}) {
    EXPECT_EQ(run(identity_->createKey(owner(), name, false)).error().code,
              ErrorCode::invalid_argument);
  }
  EXPECT_EQ(run(identity_->createKey(owner(), " Büro ", false))->view.name, "Büro");
}

TEST_F(KeysTest, AreLimitedPerWorkspace) {
  for (std::size_t block = 0; block < kMaxKeysPerWorkspace; block += 100) {
    change([block, workspaceId = first_.workspaceId](store::Txn& txn) -> Status {
      for (std::size_t i = block; i < block + 100; ++i) {
        EXECUTOR_CHECK(
            txn.put(ApiKey{.id = "key_" + std::to_string(i), .workspaceId = workspaceId}));
      }
      return {};
    });
  }
  EXPECT_EQ(run(identity_->createKey(owner(), "one more", false)).error().code,
            ErrorCode::limit_exceeded);
}

TEST_F(KeysTest, ExpireOnlyWhenConfigured) {
  const auto identity = started({.keyTtlSeconds = 90});
  EXPECT_EQ(run(identity->createKey(owner(), "a", false))->view.expiresAt, clock_.now() + 90'000);
}

// A name is printed in terminals and beside decisions.
TEST_F(KeysTest, MayNotSteerATerminalOrReorderALine) {
  for (const auto* name :
       {"a\x1b[31mb", "a\x7f", "a\tb", "a\rb", "a\u0085b", "a\u009b31mb", "a\u0080", "a\u009f",
        "a\u2028b", "a\u2029b", "a\u202ab", "a\u202eb", "a\u2066b", "a\u2069", "\xc2", "a\xe2\x80",
        "\xed\xa0\x80", "\xc0\x80"}) {
    const auto refused = run(identity_->createKey(owner(), name, false));
    ASSERT_FALSE(refused) << quoteJson(name);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_EQ(run(identity_->listKeys(owner()))->size(), 1u);
  for (const auto* name : {"a\u00a0b", "Zażółć gęślą jaźń", "محمد", "鍵", "🔑", "<script>",
                           "' or 1=1", "a\u2027b", "a\u202fb", "a\u2065b", "a\u206ab"}) {
    const auto made = run(identity_->createKey(owner(), name, false));
    ASSERT_TRUE(made) << name;
    EXPECT_EQ(made->view.name, name);
  }
}

TEST_F(KeysTest, MayHaveANameOfTheLimit) {
  EXPECT_TRUE(run(identity_->createKey(owner(), std::string(kMaxKeyNameBytes, 'x'), false)));
  EXPECT_TRUE(run(identity_->createKey(owner(), "  " + std::string(kMaxKeyNameBytes, 'x'), false)));
}

TEST_F(KeysTest, OfTwoRequestsForTheLastPlaceOneIsRefused) {
  change([workspaceId = first_.workspaceId](store::Txn& txn) -> Status {
    for (std::size_t i = 2; i < 190; ++i) {
      EXECUTOR_CHECK(txn.put(ApiKey{.id = "key_" + std::to_string(i), .workspaceId = workspaceId}));
    }
    return {};
  });
  for (std::size_t from : {190u, 345u}) {
    change([from, workspaceId = first_.workspaceId](store::Txn& txn) -> Status {
      for (std::size_t i = from; i < std::min(from + 155, kMaxKeysPerWorkspace); ++i) {
        EXECUTOR_CHECK(
            txn.put(ApiKey{.id = "key_" + std::to_string(i), .workspaceId = workspaceId}));
      }
      return {};
    });
  }
  ASSERT_EQ(run(identity_->listKeys(owner()))->size(), kMaxKeysPerWorkspace - 1);
  int made = 0;
  int refused = 0;
  for (int i = 0; i < 2; ++i) {
    asio::co_spawn(loop_, identity_->createKey(owner(), "last", false),
                   [&](const std::exception_ptr&, const Result<Identity::NewKey>& key) {
                     ++(key ? made : refused);
                     if (!key) EXPECT_EQ(key.error().code, ErrorCode::limit_exceeded);
                   });
  }
  while (made + refused < 2) loop_.run_one();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(run(identity_->listKeys(owner()))->size(), kMaxKeysPerWorkspace);
}

TEST_F(KeysTest, MayBeRevokedAgain) {
  const auto id = run(identity_->createKey(owner(), "a", false))->view.id;
  EXPECT_TRUE(run(identity_->revokeKey(owner(), id)));
  EXPECT_TRUE(run(identity_->revokeKey(owner(), id)));
  EXPECT_TRUE(run(identity_->listKeys(owner()))->front().revoked);
}

}  // namespace
}  // namespace executor::identity
