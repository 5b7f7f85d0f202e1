#include "sandbox/remembered-programs.h"

#include <gtest/gtest.h>

namespace executor::sandbox {
namespace {

constexpr std::size_t kSome = 100;

TEST(RememberedPrograms, AreKnownFromTheFirstTimeOn) {
  RememberedPrograms programs(kSome);
  EXPECT_FALSE(programs.contains(programKey("a", "for (;;);")));
  programs.remember(programKey("a", "for (;;);"));
  EXPECT_TRUE(programs.contains(programKey("a", "for (;;);")));
  EXPECT_FALSE(programs.contains(programKey("a", "return 1")));
}

TEST(RememberedPrograms, OfOneTenantSayNothingAboutAnother) {
  RememberedPrograms programs(kSome);
  programs.remember(programKey("a", "for (;;);"));
  EXPECT_FALSE(programs.contains(programKey("b", "for (;;);")));
}

TEST(RememberedPrograms, TheOldestAreForgotten) {
  RememberedPrograms programs(kSome);
  for (std::size_t i = 0; i <= kSome; ++i) programs.remember(i);
  EXPECT_FALSE(programs.contains(0));
  EXPECT_TRUE(programs.contains(1));
  EXPECT_TRUE(programs.contains(kSome));
}

TEST(RememberedPrograms, RememberingTwiceTakesOnePlace) {
  RememberedPrograms programs(kSome);
  for (std::size_t i = 0; i < 2 * kSome; ++i) programs.remember(7);
  programs.remember(8);
  EXPECT_TRUE(programs.contains(7));
}

}  // namespace
}  // namespace executor::sandbox
