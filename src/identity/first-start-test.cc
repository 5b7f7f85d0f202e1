#include <sys/stat.h>

#include "identity/identity-fixture.h"

namespace executor::identity {
namespace {

using FirstStartTest = IdentityFixture;

mode_t modeOf(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

void writeFile(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::trunc) << text;
}

TEST_F(FirstStartTest, MakesOneAccountOrganizationAndWorkspace) {
  started();
  EXPECT_TRUE(isId(first_.accountId, idPrefix::kAccount));
  EXPECT_TRUE(isId(first_.organizationId, idPrefix::kOrganization));
  EXPECT_TRUE(isId(first_.workspaceId, idPrefix::kWorkspace));
  change([first = first_](store::Txn& txn) -> Status {
    const auto account = txn.get<Account>(first.accountId);
    EXPECT_EQ((*account)->provider, "anonymous");
    const auto member = txn.get<Member>(memberId(first.organizationId, first.accountId));
    EXPECT_EQ((*member)->role, "owner");
    return {};
  });
}

TEST_F(FirstStartTest, IsIdempotent) {
  started();
  const auto before = first_;
  started();
  EXPECT_EQ(first_.ownerToken, before.ownerToken);
  EXPECT_EQ(first_.agentKey, before.agentKey);
  EXPECT_EQ(first_.workspaceId, before.workspaceId);
  EXPECT_EQ(first_.accountId, before.accountId);
}

TEST_F(FirstStartTest, WritesBothFilesForTheOwnerOnly) {
  started();
  EXPECT_EQ(readFile(data("owner-token")), first_.ownerToken + "\n");
  EXPECT_EQ(readFile(data("agent-key")), first_.agentKey + "\n");
  EXPECT_EQ(modeOf(data("owner-token")), 0600u);
  EXPECT_EQ(modeOf(data("agent-key")), 0600u);
  EXPECT_EQ(modeOf(directory_ + "/data"), 0700u);
}

TEST_F(FirstStartTest, LeavesNoTemporaryFile) {
  started();
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(directory_ + "/data")) {
    ++files;
  }
  EXPECT_EQ(files, 2u);
}

TEST_F(FirstStartTest, StoresNoCredentialInClear) {
  started();
  const auto bytes = databaseBytes();
  ASSERT_GT(bytes.size(), 1'000u);
  EXPECT_FALSE(bytes.contains(first_.ownerToken));
  EXPECT_FALSE(bytes.contains(first_.agentKey));
  EXPECT_TRUE(bytes.contains(first_.accountId));  // so the search itself works
}

TEST_F(FirstStartTest, MakesANewOwnerTokenWhenTheFileIsLost) {
  started();
  const auto old = first_.ownerToken;
  std::filesystem::remove(data("owner-token"));
  const auto identity = started();
  EXPECT_NE(first_.ownerToken, old);
  EXPECT_TRUE(run(identity->principalFromRequest(withBearer(first_.ownerToken))));
  EXPECT_FALSE(run(identity->principalFromRequest(withBearer(old))));
}

TEST_F(FirstStartTest, RevokesTheLocalKeyWhenItsFileIsLost) {
  started();
  const auto old = first_.agentKey;
  std::filesystem::remove(data("agent-key"));
  const auto identity = started();
  EXPECT_NE(first_.agentKey, old);
  EXPECT_TRUE(run(identity->agentFromRequest(withKey(first_.agentKey))));
  EXPECT_FALSE(run(identity->agentFromRequest(withKey(old))));
}

TEST_F(FirstStartTest, ReplacesFilesThatHoldSomethingElse) {
  started();
  writeFile(data("owner-token"), "not a token");
  writeFile(data("agent-key"), "a.b.c");
  const auto identity = started();
  EXPECT_TRUE(run(identity->principalFromRequest(withBearer(first_.ownerToken))));
  EXPECT_TRUE(run(identity->agentFromRequest(withKey(first_.agentKey))));
}

TEST_F(FirstStartTest, TightensAFileThatOthersCouldRead) {
  started();
  ASSERT_EQ(::chmod(data("owner-token").c_str(), 0644), 0);
  started();
  EXPECT_EQ(modeOf(data("owner-token")), 0600u);
}

TEST_F(FirstStartTest, GivesASecondDataDirectoryItsOwnTokensForTheSameWorkspace) {
  const auto one = started();
  const auto first = first_;
  const auto two = started({.dataDir = directory_ + "/other"});
  EXPECT_EQ(first_.workspaceId, first.workspaceId);
  EXPECT_NE(first_.ownerToken, first.ownerToken);
  for (const auto& server : {one.get(), two.get()}) {
    for (const auto& start : {first, first_}) {
      EXPECT_TRUE(run(server->principalFromRequest(withBearer(start.ownerToken))));
      EXPECT_TRUE(run(server->agentFromRequest(withKey(start.agentKey))));
    }
  }
}

TEST_F(FirstStartTest, LetsOnlyTheFirstLocalKeyApprove) {
  const auto identity = started();
  EXPECT_TRUE(run(identity->agentFromRequest(withKey(first_.agentKey)))->mayApprove);
  const auto other = run(identity->createKey(owner(), "other", false));
  EXPECT_FALSE(run(identity->agentFromRequest(withKey(other->key)))->mayApprove);
}

TEST_F(FirstStartTest, UsesTheConfiguredSigningSecret) {
  started({.mcpApiKeySecret = "configured secret of some length"});
  const auto key = first_.agentKey;
  EXPECT_TRUE(verifyHs256(key, "configured secret of some length"));
  const auto other = started({.mcpApiKeySecret = "another secret of some length"});
  EXPECT_NE(first_.agentKey, key);  // the old one no longer verifies, so it was replaced
  EXPECT_FALSE(run(other->agentFromRequest(withKey(key))));
}

TEST_F(FirstStartTest, RenewsAnExpiredLocalKey) {
  started({.keyTtlSeconds = 60});
  const auto key = first_.agentKey;
  clock_.advance(61'000);
  const auto identity = started({.keyTtlSeconds = 60});
  EXPECT_NE(first_.agentKey, key);
  EXPECT_TRUE(run(identity->agentFromRequest(withKey(first_.agentKey))));
}

TEST_F(FirstStartTest, NamesADataDirectoryThatCannotBeMade) {
  std::ofstream(directory_ + "/file") << "x";
  const auto identity = make({.dataDir = directory_ + "/file/data"});
  const auto result = run(identity->ensureFirstStart());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_configuration);
  EXPECT_TRUE(result.error().message.contains("/file/data")) << result.error().message;
  EXPECT_TRUE(result.error().hint.contains("EXECUTOR_DATA_DIR"));
}

TEST_F(FirstStartTest, KnowsItsDirectoryByAnySpelling) {
  started();
  const auto before = first_;
  started({.dataDir = directory_ + "/./data/../data"});
  EXPECT_EQ(first_.ownerToken, before.ownerToken);
  EXPECT_EQ(first_.agentKey, before.agentKey);
}

TEST_F(FirstStartTest, RenewsALocalKeyThatWasRevoked) {
  auto identity = started();
  const auto key = first_.agentKey;
  const auto id = run(identity->listKeys(owner()))->front().id;
  ASSERT_TRUE(run(identity->revokeKey(owner(), id)));
  identity = started();
  EXPECT_NE(first_.agentKey, key);
  EXPECT_TRUE(run(identity->agentFromRequest(withKey(first_.agentKey))));
}

// Only the file of its own directory is a server's local key: a copy does not move it.
TEST_F(FirstStartTest, DoesNotAdoptAKeyCopiedFromAnotherDirectory) {
  const auto one = started();
  const auto key = first_.agentKey;
  std::filesystem::create_directories(directory_ + "/other");
  writeFile(directory_ + "/other/agent-key", key);
  started({.dataDir = directory_ + "/other"});
  EXPECT_NE(first_.agentKey, key);
  EXPECT_TRUE(run(one->agentFromRequest(withKey(key))));
}

TEST_F(FirstStartTest, OfTwoServersAtOnceMakesOneWorkspace) {
  const auto one = make();
  const auto two = make({.dataDir = directory_ + "/other"});
  std::vector<FirstStart> starts;
  for (auto* identity : {one.get(), two.get()}) {
    asio::co_spawn(loop_, identity->ensureFirstStart(),
                   [&](const std::exception_ptr&, const Result<FirstStart>& start) {
                     starts.push_back(start.value_or(FirstStart{}));
                   });
  }
  while (starts.size() < 2) loop_.run_one();
  EXPECT_FALSE(starts[0].workspaceId.empty());
  EXPECT_EQ(starts[0].workspaceId, starts[1].workspaceId);
  EXPECT_NE(starts[0].ownerToken, starts[1].ownerToken);
}

}  // namespace
}  // namespace executor::identity
