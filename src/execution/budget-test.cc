#include "execution/budget.h"

#include <gtest/gtest.h>

namespace executor::execution {
namespace {

using namespace std::chrono_literals;

const SteadyTime kBegin{};

TEST(Budget, StandsStillWhilePaused) {
  Budget budget(100ms, 0ms);
  budget.run(kBegin);
  budget.pause(kBegin + 40ms);
  EXPECT_EQ(budget.used(kBegin + 10h), 40ms);
  EXPECT_FALSE(budget.exhausted(kBegin + 10h));
  EXPECT_EQ(budget.end(), Deadline::max());
  budget.run(kBegin + 10h);
  EXPECT_EQ(budget.end(), kBegin + 10h + 60ms);
  EXPECT_FALSE(budget.exhausted(kBegin + 10h + 59ms));
  EXPECT_TRUE(budget.exhausted(kBegin + 10h + 60ms));
}

TEST(Budget, RunningTwiceOrPausingTwiceCountsOnce) {
  Budget budget(100ms, 0ms);
  budget.pause(kBegin);
  budget.run(kBegin);
  budget.run(kBegin + 30ms);
  EXPECT_EQ(budget.used(kBegin + 50ms), 50ms);
  budget.pause(kBegin + 50ms);
  budget.pause(kBegin + 90ms);
  EXPECT_EQ(budget.used(kBegin + 99ms), 50ms);
}

TEST(Budget, GoesOnFromWhatWasUsedBeforeARestart) {
  Budget budget(100ms, 90ms);
  budget.run(kBegin);
  EXPECT_TRUE(budget.exhausted(kBegin + 10ms));
  Budget over(100ms, 150ms);
  over.run(kBegin);
  EXPECT_EQ(over.end(), kBegin);
}

}  // namespace
}  // namespace executor::execution
