#include "cli/server-parts.h"

#include <sys/stat.h>

#include "base/crypto.h"
#include "base/text.h"
#include "cli/cli-fixture.h"
#include "cli/configure.h"

namespace executor::cli {
namespace {

class CliServerParts : public CliFixture {
 protected:
  Configuration configured(NamedValues flags = {}) const {
    auto configuration = loadConfiguration(context(), std::move(flags));
    EXPECT_TRUE(configuration) << configuration.error().message;
    return *std::move(configuration);
  }
  void TearDown() override {
    ::unsetenv("EXECUTOR_ENCRYPTION_KEY");
    ::unsetenv("EXECUTOR_STORE_URL");
  }
};

TEST_F(CliServerParts, TheMasterKeyIsMadeOnceForItsOwnerOnly) {
  auto first = masterKey(configured());
  auto second = masterKey(configured());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  struct stat status{};
  ASSERT_EQ(::stat(path("encryption-key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(CliServerParts, AGivenMasterKeyIsTakenAndNotStored) {
  const std::string bytes(32, 'k');
  ::setenv("EXECUTOR_ENCRYPTION_KEY", base64Encode(bytes).c_str(), 1);
  auto key = masterKey(configured());
  ASSERT_TRUE(key);
  EXPECT_TRUE(std::ranges::equal(*key, bytes));
  EXPECT_FALSE(std::filesystem::exists(path("encryption-key")));
}

TEST_F(CliServerParts, ADamagedMasterKeyIsNeverReplaced) {
  write("encryption-key", "garbage");
  auto key = masterKey(configured());
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, ErrorCode::invalid_configuration);
  EXPECT_NE(key.error().hint.find("backup"), std::string::npos);
  EXPECT_EQ(*readInput(path("encryption-key"), 100), "garbage");
}

TEST_F(CliServerParts, TheStoreIsAFileOfTheDataDirectoryOrTheOneNamed) {
  EXPECT_EQ(*storePath(configured()), path("executor.db"));
  ::setenv("EXECUTOR_STORE_URL", "sqlite:///var/lib/x.db", 1);
  EXPECT_EQ(*storePath(configured()), "/var/lib/x.db");
}

TEST_F(CliServerParts, AStoreThisVersionDoesNotHaveIsRefused) {
  ::setenv("EXECUTOR_STORE_URL", "postgres://localhost/x", 1);
  auto configuration = loadConfiguration(context());
  ASSERT_TRUE(configuration) << configuration.error().message;
  auto refused = storePath(*configuration);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_configured);
}

TEST_F(CliServerParts, FlagsComeBeforeTheEnvironmentAndTheEnvFile) {
  write(".env", "EXECUTOR_LOG_LEVEL=error\nEXECUTOR_LISTEN=127.0.0.1:1\n");
  auto configuration = configured({{"--listen", "127.0.0.1:2"}});
  EXPECT_EQ(configuration.listen().port, 2);
  EXPECT_EQ(configuration.get("EXECUTOR_LOG_LEVEL"), "error");
  EXPECT_EQ(configuration.dataDir(), directory_);
}

TEST_F(CliServerParts, AnEnvFileOfTheFlagTakesThePlaceOfTheDirectorys) {
  write(".env", "EXECUTOR_LOG_LEVEL=error\n");
  write("other", "EXECUTOR_LOG_LEVEL=debug\n");
  auto ctx = context();
  ctx.envFile = path("other");
  auto configuration = loadConfiguration(ctx);
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->get("EXECUTOR_LOG_LEVEL"), "debug");
}

TEST_F(CliServerParts, TheWorkingDirectoryIsNeverRead) {
  auto hostile = path("checkout");
  std::filesystem::create_directories(hostile);
  write("checkout/.env", "EXECUTOR_LISTEN=0.0.0.0:9\n");
  auto before = std::filesystem::current_path();
  std::filesystem::current_path(hostile);
  auto configuration = configured();
  std::filesystem::current_path(before);
  EXPECT_NE(configuration.listen().port, 9);
}

}  // namespace
}  // namespace executor::cli
