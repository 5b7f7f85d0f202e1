#include "store/data-lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "store/testing/store-fixture.h"

namespace executor::store::testing {
namespace {

TEST(DataLock, ASecondHolderIsRefusedAndToldThePid) {
  const TempDirectory directory;
  const Result<DataLock> first = lockDataDirectory(directory.root());
  ASSERT_TRUE(first);
  const Result<DataLock> second = lockDataDirectory(directory.root());
  ASSERT_EQ(codeOf(second), "data_dir_locked");
  EXPECT_NE(second.error().message.find(std::to_string(getpid())), std::string::npos);
}

TEST(DataLock, IsFreeAgainWhenTheHolderEnds) {
  const TempDirectory directory;
  {
    ASSERT_TRUE(lockDataDirectory(directory.root()));
  }
  EXPECT_TRUE(lockDataDirectory(directory.root()));
}

TEST(DataLock, AKilledHolderLeavesNoLock) {
  const TempDirectory directory;
  std::array<int, 2> ready{};
  ASSERT_EQ(pipe(ready.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    const Result<DataLock> lock = lockDataDirectory(directory.root());
    (void)!write(ready[1], lock ? "y" : "n", 1);
    pause();
  }
  char held = 0;
  ASSERT_EQ(read(ready[0], &held, 1), 1);
  EXPECT_EQ(held, 'y');
  EXPECT_EQ(codeOf(lockDataDirectory(directory.root())), "data_dir_locked");
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(lockDataDirectory(directory.root()));
  close(ready[0]);
  close(ready[1]);
}

TEST(DataLock, AMissingDirectoryIsNamedAsTheCause) {
  const TempDirectory directory;
  EXPECT_EQ(codeOf(lockDataDirectory(directory.path("absent"))), "invalid_configuration");
}

}  // namespace
}  // namespace executor::store::testing
