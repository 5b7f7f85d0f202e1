#include "sandbox/program-costs.h"

#include <gtest/gtest.h>

#include <string>

namespace executor::sandbox {
namespace {

constexpr std::uint64_t kBetween = (kQuickTurnMicros + kComputesMicros) / 2;

TEST(ProgramCosts, WhatComputedComputesTheNextTime) {
  ProgramCosts costs;
  EXPECT_FALSE(costs.computes("a", 1));
  costs.saw("a", 1, kComputesMicros - 1);
  EXPECT_FALSE(costs.computes("a", 1));
  costs.saw("a", 1, kComputesMicros);
  EXPECT_TRUE(costs.computes("a", 1));
}

// A flood of programs that are all new, each too short to be noticed by itself.
TEST(ProgramCosts, AfterManyNewOnesThatAreNotQuickTheNextNewOneIsExpectedToCompute) {
  ProgramCosts costs;
  std::size_t program = 0;
  while (!costs.computes("a", program)) costs.saw("a", program++, kBetween);
  EXPECT_GT(program, 1u) << "one is no habit";
  EXPECT_LT(program, 2 * kHabitRuns);
  EXPECT_TRUE(costs.computes("a", program + 1));
}

TEST(ProgramCosts, WhatIsQuickIsNotTakenForTheOthers) {
  ProgramCosts costs;
  costs.saw("a", 1, kQuickTurnMicros - 1);
  for (std::size_t program = 10; program < 100; ++program) costs.saw("a", program, kBetween);
  EXPECT_TRUE(costs.computes("a", 2));
  EXPECT_FALSE(costs.computes("a", 1));
}

TEST(ProgramCosts, AHabitIsItsTenantsOwnAndIsLost) {
  ProgramCosts costs;
  for (std::size_t program = 0; program < 100; ++program) costs.saw("a", program, kBetween);
  EXPECT_TRUE(costs.computes("a", 1'000));
  EXPECT_FALSE(costs.computes("b", 1'000));
  std::size_t program = 200;
  while (costs.computes("a", 1'000)) costs.saw("a", program++, 100);
  EXPECT_LT(program, 200 + 4 * kHabitRuns);
}

// Quick ones all different from each other are what agents send.
TEST(ProgramCosts, NewOnesThatAreQuickAreNeverExpectedToCompute) {
  ProgramCosts costs;
  for (std::size_t program = 0; program < 1'000; ++program) {
    EXPECT_FALSE(costs.computes("a", program));
    costs.saw("a", program, kQuickTurnMicros - 1);
  }
}

// One of seconds among quick ones does not speak for them.
TEST(ProgramCosts, ASingleLongOneIsNoHabit) {
  ProgramCosts costs;
  costs.saw("a", 1, 60'000'000);
  EXPECT_FALSE(costs.computes("a", 2));
}

TEST(ProgramCosts, KnownOnesMakeNoHabit) {
  ProgramCosts costs;
  for (int i = 0; i < 100; ++i) costs.saw("a", 1, kComputesMicros);
  EXPECT_FALSE(costs.computes("a", 2));
}

TEST(ProgramCosts, HabitsAreBounded) {
  ProgramCosts costs;
  for (std::size_t program = 0; program < 100; ++program) costs.saw("a", program, kBetween);
  for (std::size_t i = 0; i <= kMaxHabits; ++i) costs.saw(std::to_string(i), i, kBetween);
  EXPECT_FALSE(costs.computes("a", 1'000)) << "forgotten with all others";
}

}  // namespace
}  // namespace executor::sandbox
