#include "identity/secret-file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

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

TEST_F(SecretFile, ReadsWithoutSurroundingWhiteSpace) {
  for (const auto* text : {"value", "value\n", "value\r\n", "  value\t\n\n"}) {
    std::ofstream(path_, std::ios::trunc) << text;
    EXPECT_EQ(readSecretFile(path_), "value");
  }
  std::ofstream(path_, std::ios::trunc) << " \n ";
  EXPECT_EQ(readSecretFile(path_), "");
}

// Somebody who can write to the directory must not be able to stop the start for ever.
TEST_F(SecretFile, DoesNotWaitForANamedPipe) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(readSecretFile(path_), "");
  ASSERT_TRUE(writeSecretFile(path_, "value"));
  EXPECT_TRUE(std::filesystem::is_regular_file(path_));
  EXPECT_EQ(readSecretFile(path_), "value");
}

TEST_F(SecretFile, NamesADirectoryInItsPlaceAndLeavesNothingBehind) {
  std::filesystem::create_directory(path_);
  for (const auto& error :
       {readSecretFile(path_).error(), writeSecretFile(path_, "value").error()}) {
    EXPECT_EQ(error.code, ErrorCode::invalid_configuration);
    EXPECT_TRUE(error.message.contains(path_)) << error.message;
    EXPECT_TRUE(error.hint.contains("EXECUTOR_DATA_DIR"));
    EXPECT_FALSE((error.message + error.detail).contains("value"));
  }
  const std::filesystem::directory_iterator entries(directory_);
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST_F(SecretFile, IsSeenOldOrNewWhileItIsReplaced) {
  const std::string one(1'000, 'a');
  const std::string two(2'000, 'b');
  ASSERT_TRUE(writeSecretFile(path_, one));
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(writeSecretFile(path_, i % 2 == 0 ? two : one));
    done = true;
  });
  while (!done) {
    const auto seen = readSecretFile(path_);
    if (!seen || (*seen != one && *seen != two)) ADD_FAILURE() << "torn";
  }
  writer.join();
}

}  // namespace
}  // namespace executor::identity
