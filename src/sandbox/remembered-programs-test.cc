#include "sandbox/computing-programs.h"

#include <gtest/gtest.h>

namespace executor::sandbox {
namespace {

TEST(ComputingPrograms, AreKnownFromTheFirstTimeOn) {
  ComputingPrograms programs;
  EXPECT_FALSE(programs.contains(programKey("a", "for (;;);")));
  programs.remember(programKey("a", "for (;;);"));
  EXPECT_TRUE(programs.contains(programKey("a", "for (;;);")));
  EXPECT_FALSE(programs.contains(programKey("a", "return 1")));
}

TEST(ComputingPrograms, OfOneTenantSayNothingAboutAnother) {
  ComputingPrograms programs;
  programs.remember(programKey("a", "for (;;);"));
  EXPECT_FALSE(programs.contains(programKey("b", "for (;;);")));
}

TEST(ComputingPrograms, TheOldestAreForgotten) {
  ComputingPrograms programs;
  for (std::size_t i = 0; i <= kMaxComputingPrograms; ++i) programs.remember(i);
  EXPECT_FALSE(programs.contains(0));
  EXPECT_TRUE(programs.contains(1));
  EXPECT_TRUE(programs.contains(kMaxComputingPrograms));
}

TEST(ComputingPrograms, RememberingTwiceTakesOnePlace) {
  ComputingPrograms programs;
  for (std::size_t i = 0; i < 2 * kMaxComputingPrograms; ++i) programs.remember(7);
  programs.remember(8);
  EXPECT_TRUE(programs.contains(7));
}

}  // namespace
}  // namespace executor::sandbox
