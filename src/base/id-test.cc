#include "base/id.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <thread>
#include <vector>

#include "base/text.h"
#include "base/time.h"

namespace executor {
namespace {

TEST(Id, IsThePrefixAndAUuidOfVersion7) {
  const std::string id = newId(idPrefix::kSource);
  EXPECT_EQ(id.size(), 4 + 36u);
  EXPECT_TRUE(isId(id, "src")) << id;
  EXPECT_FALSE(isId(id, "sr"));
  EXPECT_FALSE(isId(id, "conn"));
}

TEST(Id, CarriesTheTimeOfItsCreation) {
  const EpochMs before = systemClock().now();
  const std::string uuid = newId("x").substr(2);
  const EpochMs at = std::stoll(uuid.substr(0, 8) + uuid.substr(9, 4), nullptr, 16);
  EXPECT_GE(at, before);
  EXPECT_LE(at, systemClock().now());
}

TEST(Id, RefusesOtherForms) {
  for (const std::string_view text :
       {"src_", "src_0197a0de-7b1c-4e30-b1c5-2f6d0c3e9a41",
        "src_0197A0DE-7b1c-7e30-b1c5-2f6d0c3e9a41", "src_0197a0de-7b1c-7e30-c1c5-2f6d0c3e9a41",
        "src_0197a0de_7b1c-7e30-b1c5-2f6d0c3e9a41", "src_0197a0de-7b1c-7e30-b1c5-2f6d0c3e9a4",
        "src_0197a0de-7b1c-7e30-b1c5-2f6d0c3e9a411", "src0197a0de-7b1c-7e30-b1c5-2f6d0c3e9a41",
        "src_0197a0de-7b1c-7e30-b1c5-2f6d0c3e9a4g"}) {
    EXPECT_FALSE(isId(text, "src")) << text;
  }
  EXPECT_TRUE(isId("src_0197a0de-7b1c-7e30-b1c5-2f6d0c3e9a41", "src"));
}

TEST(Id, IsNeverRepeatedAmongThreads) {
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& ids : made) {
    threads.emplace_back([&ids] {
      for (int i = 0; i < 10'000; ++i) ids.push_back(newId("call"));
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& ids : made) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), 40'000u);
}

TEST(Id, IsNotRepeatedByAForkedChild) {
  newId("x");  // fills this thread's buffer before the fork
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string id = newId("x");
    _exit(write(ends[1], id.data(), id.size()) == static_cast<ssize_t>(id.size()) ? 0 : 1);
  }
  const std::string ours = newId("x");
  std::string theirs(ours.size(), '\0');
  ASSERT_EQ(read(ends[0], theirs.data(), theirs.size()), static_cast<ssize_t>(theirs.size()));
  waitpid(child, nullptr, 0);
  close(ends[0]);
  close(ends[1]);
  EXPECT_NE(ours.substr(20), theirs.substr(20));  // the last random part
}

TEST(RandomToken, IsBase64UrlOfThatManyBytes) {
  std::string bytes;
  ASSERT_TRUE(base64UrlDecode(randomToken(32), bytes));
  EXPECT_EQ(bytes.size(), 32u);
  EXPECT_NE(randomToken(32), randomToken(32));
}

}  // namespace
}  // namespace executor
