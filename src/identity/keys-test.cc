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

}  // namespace
}  // namespace executor::identity
