#include "sandbox/watchdog.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace executor::sandbox {
namespace {

using namespace std::chrono_literals;

// A worker that computes for a run and says nothing.
WorkerSample silentAt(std::chrono::nanoseconds cpu, std::chrono::milliseconds budgets = 0ms) {
  return {.cpu = cpu, .owesAnswer = true, .budgets = budgets};
}

TEST(Watchdog, LetsAWorkerUseItsBudgetsAndTheGrace) {
  Watchdog dog;
  EXPECT_FALSE(dog.judge({.cpu = 1s, .spoke = true, .owesAnswer = true}));
  EXPECT_FALSE(dog.judge(silentAt(1s + kCpuGrace + 10s, 10s)));
}

TEST(Watchdog, KillsAWorkerThatComputesBeyondAllBudgets) {
  Watchdog dog;
  EXPECT_FALSE(dog.judge({.cpu = 1s, .spoke = true, .owesAnswer = true}));
  EXPECT_EQ(dog.judge(silentAt(1s + kCpuGrace + 10s + 1ns, 10s)), "it used CPU beyond all budgets");
}

TEST(Watchdog, AWordStartsTheBudgetAnew) {
  Watchdog dog;
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(dog.judge({.cpu = i * 1h, .spoke = true, .owesAnswer = true})) << i;
  }
  EXPECT_FALSE(dog.judge(silentAt(99h + kCpuGrace)));
  EXPECT_TRUE(dog.judge(silentAt(99h + kCpuGrace + 1ns)));
}

TEST(Watchdog, AWorkerAtRestMayUseCpu) {
  Watchdog dog;
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(dog.judge({.cpu = i * 1h})) << i;
}

TEST(Watchdog, KillsAWorkerThatNeitherAnswersNorComputes) {
  Watchdog dog;
  EXPECT_FALSE(dog.judge({.cpu = 1s, .spoke = true}));
  for (int i = 0; i < kMaxStillSamples; ++i) EXPECT_FALSE(dog.judge(silentAt(1s))) << i;
  EXPECT_EQ(dog.judge(silentAt(1s)), "it neither answered nor computed");
}

TEST(Watchdog, TheSlightestCpuIsASignOfLife) {
  Watchdog dog;
  EXPECT_FALSE(dog.judge({.cpu = 1s, .spoke = true}));
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < kMaxStillSamples; ++i) {
      EXPECT_FALSE(dog.judge(silentAt(1s + round * 1ns))) << round << " " << i;
    }
  }
}

TEST(Watchdog, ALoadedHostKillsNobody) {
  // A tenth of a percent of a CPU for an hour, the whole time owing an answer.
  Watchdog dog;
  EXPECT_FALSE(dog.judge({.cpu = 0s, .spoke = true}));
  for (int i = 1; i <= 7'200; ++i) EXPECT_FALSE(dog.judge(silentAt(i * 500us, 10s))) << i;
}

TEST(Watchdog, AStopHasADeadline) {
  struct Row {
    std::chrono::nanoseconds waited;
    bool killed;
  };
  constexpr Row kRows[] = {{0ns, false},        {1ns, false},
                           {1s, false},         {kStopGrace - 1ns, false},
                           {kStopGrace, false}, {kStopGrace + 1ns, true},
                           {1h, true}};
  for (const Row& row : kRows) {
    Watchdog dog;
    WorkerSample sample{.cpu = 1s, .longestStop = row.waited};
    EXPECT_EQ(dog.judge(sample).has_value(), row.killed) << row.waited.count();
  }
}

TEST(Watchdog, TalkingDoesNotExcuseAnOverdueStop) {
  Watchdog dog;
  EXPECT_EQ(dog.judge({.cpu = 1s, .spoke = true, .longestStop = kStopGrace + 1ns}),
            "it did not stop a run");
}

TEST(Watchdog, WithoutAReadingOnlyTheStopCounts) {
  Watchdog dog;
  for (int i = 0; i < 3 * kMaxStillSamples; ++i) {
    EXPECT_FALSE(dog.judge({.cpu = std::nullopt, .owesAnswer = true})) << i;
  }
  EXPECT_TRUE(dog.judge({.owesAnswer = true, .longestStop = 1h}));
}

// Whatever the order of samples: one that spoke, or owes nothing, is never killed for CPU.
TEST(Watchdog, NeverKillsAWorkerThatIsWell) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    Watchdog dog;
    std::chrono::nanoseconds cpu{};
    for (int i = 0; i < 200; ++i) {
      cpu += std::chrono::milliseconds(random() % 5'000);
      const bool spoke = random() % 2 == 0;
      // Silent and owing only for as long as the grace lasts.
      const bool owes = spoke || random() % 2 == 0;
      EXPECT_FALSE(dog.judge({.cpu = cpu, .spoke = spoke, .owesAnswer = owes && spoke}));
    }
  }
}

}  // namespace
}  // namespace executor::sandbox
