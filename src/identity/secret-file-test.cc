#include "identity/secret-file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/id.h"

namespace executor::identity {
namespace {

class SecretFile : public testing::Test {
 protected:
  SecretFile() { std::filesystem::create_directories(directory_); }
  ~SecretFile() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("secret-file-" + newId("test"));
  std::string path_ = (directory_ / "token").string();
};

TEST_F(SecretFile, ReadsBackWhatWasWrittenWithoutTheNewline) {
  ASSERT_TRUE(writeSecretFile(path_, "value"));
  EXPECT_EQ(readSecretFile(path_), "value");
  ASSERT_TRUE(writeSecretFile(path_, "another"));
  EXPECT_EQ(readSecretFile(path_), "another");
}

TEST_F(SecretFile, IsEmptyWhenAbsent) { EXPECT_EQ(readSecretFile(path_), ""); }

TEST_F(SecretFile, IsPrivateWhateverTheUmask) {
  const auto before = ::umask(0);
  ASSERT_TRUE(writeSecretFile(path_, "value"));
  ::umask(before);
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

// A link planted at the path must not lead the secret elsewhere.
TEST_F(SecretFile, ReplacesALinkInsteadOfFollowingIt) {
  const auto elsewhere = (directory_ / "elsewhere").string();
  ASSERT_EQ(::symlink(elsewhere.c_str(), path_.c_str()), 0);
  ASSERT_TRUE(writeSecretFile(path_, "value"));
  EXPECT_FALSE(std::filesystem::exists(elsewhere));
  EXPECT_FALSE(std::filesystem::is_symlink(path_));
}

TEST_F(SecretFile, NamesThePathThatCannotBeWritten) {
  const auto status = writeSecretFile((directory_ / "missing" / "token").string(), "value");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::invalid_configuration);
  EXPECT_TRUE(status.error().message.contains("missing/token"));
  EXPECT_FALSE(status.error().message.contains("value"));
}

}  // namespace
}  // namespace executor::identity
