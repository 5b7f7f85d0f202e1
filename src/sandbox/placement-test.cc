#include "sandbox/placement.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace executor::sandbox {
namespace {

using namespace std::chrono_literals;

constexpr WorkerFacts kSpare{};
constexpr WorkerFacts kStarting{.ready = false};
constexpr WorkerFacts kOfA{.tenant = "a"};
constexpr WorkerFacts kOfB{.tenant = "b"};

WorkerFacts with(WorkerFacts base, auto&& change) {
  change(base);
  return base;
}

TEST(Placement, AWorkerTakesRunsUpToItsLimits) {
  struct Row {
    const char* what;
    WorkerFacts worker;
    bool takes;
  };
  const Row rows[] = {
      {"fresh", kOfA, true},
      {"not ready", kStarting, false},
      {"tainted", {.tainted = true}, false},
      {"one place left", {.load = kMaxRunsPerWorker - 1}, true},
      {"no place left", {.load = kMaxRunsPerWorker}, false},
      {"one run left", {.started = kRunsBeforeRecycling - 1}, true},
      {"no run left", {.started = kRunsBeforeRecycling}, false},
      {"just young enough", {.age = kWorkerAge - 1ns}, true},
      {"too old", {.age = kWorkerAge}, false},
      {"computing", {.overtaken = 10s}, true},
      {"long idle", {.idle = 10h}, true},
  };
  for (const Row& row : rows) EXPECT_EQ(mayTake(row.worker), row.takes) << row.what;
}

TEST(Placement, AnIdleWorkerEndsAfterItsTime) {
  struct Row {
    const char* what;
    WorkerFacts worker;
    bool ends;
  };
  const Row rows[] = {
      {"just idle", {.tenant = "a", .idle = 0s}, false},
      {"at the limit", {.tenant = "a", .idle = kIdleWorker}, false},
      {"over the limit", {.tenant = "a", .idle = kIdleWorker + 1ns}, true},
      {"has a run", {.tenant = "a", .load = 1, .idle = 1h}, false},
      {"a spare waits as long as it takes", {.idle = 29min}, false},
      {"a spare grown old", {.age = kWorkerAge, .idle = 29min}, true},
      {"old, but with a run", {.tenant = "a", .load = 1, .age = 10h}, false},
      {"tainted and idle", {.tenant = "a", .tainted = true}, true},
      {"tainted with a run", {.tenant = "a", .tainted = true, .load = 1}, false},
      {"all its runs started", {.tenant = "a", .started = kRunsBeforeRecycling}, true},
  };
  for (const Row& row : rows) EXPECT_EQ(mayEnd(row.worker), row.ends) << row.what;
}

// What a waiting run counts on.
TEST(Placement, ASpareIsOneThatCanBeGiven) {
  const WorkerFacts old = with(kSpare, [](auto& w) { w.age = kWorkerAge; });
  const WorkerFacts tainted = with(kSpare, [](auto& w) { w.tainted = true; });
  struct Row {
    const char* what;
    std::vector<WorkerFacts> all;
    bool spare;
  };
  const Row rows[] = {
      {"nobody", {}, false},
      {"a ready one", {kSpare}, true},
      {"a starting one", {kStarting}, true},
      {"only tenants'", {kOfA, kOfB}, false},
      {"one that grew old unused", {kOfA, old}, false},
      {"a tainted one", {tainted}, false},
      {"an old and a new one", {old, kStarting}, true},
  };
  for (const Row& row : rows) EXPECT_EQ(hasSpare(row.all), row.spare) << row.what;
}

TEST(Placement, ChoosesARestedWorkerThenTheSpareThenALoadedOne) {
  const WorkerFacts light = with(kOfA, [](auto& w) { w.load = 1; });
  const WorkerFacts heavy = with(kOfA, [](auto& w) { w.load = 9; });
  const WorkerFacts hog = with(kOfA, [](auto& w) { w.overtaken = kLongSlice; });
  const WorkerFacts mute = with(kOfA, [](auto& w) { w.silent = kLongSilence; });
  const WorkerFacts brief = with(kOfA, [](auto& w) { w.overtaken = kLongSlice - 1ns; });
  const WorkerFacts full = with(kOfA, [](auto& w) { w.load = kMaxRunsPerWorker; });
  const WorkerFacts bent = with(kOfA, [](auto& w) { w.tainted = true; });
  const std::size_t places = kMaxWorkers;
  struct Row {
    const char* what;
    std::vector<WorkerFacts> all;
    std::size_t starting;
    std::size_t chosen;
  };
  const Row rows[] = {
      {"nobody is there", {}, 0, kNoWorker},
      {"its own", {kOfB, kOfA}, 0, 1},
      {"never another tenant's", {kOfB}, 0, kNoWorker},
      {"never another's, even when full", {kOfB}, places, kNoWorker},
      {"its own before the spare", {kSpare, kOfA}, 0, 1},
      {"the spare if it has none", {kOfB, kSpare}, 0, 1},
      {"a starting one is not there yet", {kStarting}, 0, kNoWorker},
      {"the least loaded", {heavy, light}, 0, 1},
      {"the first of equals", {light, light}, 0, 0},
      {"a slice just begun is rest", {brief}, 0, 0},
      {"the spare before a computing one", {hog, kSpare}, 0, 1},
      {"the spare before a silent one", {mute, kSpare}, 0, 1},
      {"waits rather than queue behind one", {hog}, 0, kNoWorker},
      {"waits, with one place starting", {hog}, places - 2, kNoWorker},
      {"queues when no place is left", {hog}, places - 1, 0},
      {"not into a full one", {full}, places - 1, kNoWorker},
      {"not into a tainted one", {bent}, places - 1, kNoWorker},
      {"the spare instead of a full one", {full, kSpare}, 0, 1},
      {"the rested of several", {hog, heavy, hog}, 0, 1},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(chooseWorker(row.all, row.starting, "a", {}), row.chosen) << row.what;
  }
}

// The rule that tells one program that computes from many short ones that queue.
TEST(Placement, ComputingIsToldFromQueueing) {
  struct Row {
    const char* what;
    WorkerFacts worker;
    bool computing;
  };
  const Row rows[] = {
      {"at rest", {.load = 3, .rest = 1h}, false},
      {"turns queue for long, and it talks", {.load = 200, .silent = 1ms}, false},
      {"one was overtaken a moment ago", {.load = 2, .overtaken = kLongSlice - 1ns}, false},
      {"one was overtaken and goes on", {.load = 2, .overtaken = kLongSlice}, true},
      {"overtaken, while others talk", {.load = 9, .overtaken = 1s, .silent = 1us}, true},
      {"silent for less than a host may cost", {.load = 1, .silent = kLongSilence - 1ns}, false},
      {"silent", {.load = 1, .silent = kLongSilence}, true},
  };
  for (const Row& row : rows) EXPECT_EQ(isComputing(row.worker), row.computing) << row.what;
}

TEST(Placement, ATenantComputesInItsShareOfTheWorkers) {
  const WorkerFacts hog = with(kOfA, [](auto& w) { w.load = 5, w.overtaken = 1s; });
  const WorkerFacts mute = with(kOfA, [](auto& w) { w.load = 2, w.silent = 1s; });
  const WorkerFacts bent = with(hog, [](auto& w) { w.tainted = true; });
  const WorkerFacts other = with(kOfB, [](auto& w) { w.load = 1, w.overtaken = 1s; });
  struct Row {
    const char* what;
    std::vector<WorkerFacts> all;
    std::size_t chosen;
  };
  const PoolShares shares{.workers = 8, .computingPerTenant = 2};
  const Row rows[] = {
      {"below it the spare", {hog, kSpare}, 1},
      {"at it the least loaded of its own", {hog, mute, kSpare}, 1},
      {"what others compute does not count", {hog, other, kSpare}, 2},
      {"one at rest beside them is taken", {hog, mute, kOfA, kSpare}, 2},
      {"used-up ones count, and take nothing", {hog, bent, kSpare}, 0},
      {"the spare when its own take nothing", {bent, bent, kSpare}, 2},
      {"at it without a spare", {hog, mute}, 1},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(chooseWorker(row.all, 0, "a", shares), row.chosen) << row.what;
  }
}

TEST(Placement, TheShareGrowsWithTheMachineAndLeavesHalfToOthers) {
  EXPECT_EQ(computingShare(1), kMinComputingPerTenant);
  EXPECT_EQ(computingShare(6), 6u);
  EXPECT_EQ(computingShare(128), kMaxWorkers / 2);
}

TEST(Placement, FewerPlacesAreKeptToo) {
  const PoolShares two{.workers = 2};
  const WorkerFacts hog = with(kOfA, [](auto& w) { w.load = 1, w.overtaken = 1s; });
  EXPECT_EQ(chooseWorker(std::vector{hog, kOfB}, 0, "a", two), 0u);
  EXPECT_EQ(chooseVictim(std::vector{hog, kOfB}, 0, two), 1u);
  EXPECT_EQ(chooseVictim(std::vector{hog}, 0, two), kNoWorker);
}

TEST(Placement, AWorkerWhoseRunsOnlyWaitGivesUpItsPlace) {
  const auto resting = [](std::string_view tenant, std::chrono::nanoseconds rest) {
    return WorkerFacts{.tenant = tenant, .load = 3, .rest = rest};
  };
  struct Row {
    const char* what;
    std::vector<WorkerFacts> all;
    std::size_t victim;
  };
  const PoolShares two{.workers = 2};
  const Row rows[] = {
      {"not while it works", {resting("a", 0s), resting("b", 0s)}, kNoWorker},
      {"not at once", {resting("a", kLongRest - 1ns), resting("b", 0s)}, kNoWorker},
      {"after a while", {resting("a", 0s), resting("b", kLongRest)}, 1},
      {"the one that rests the longest", {resting("a", 5s), resting("b", 9s)}, 1},
      {"an idle one before it", {resting("a", 1h), kOfB}, 1},
  };
  for (const Row& row : rows) EXPECT_EQ(chooseVictim(row.all, 0, two), row.victim) << row.what;
}

TEST(Placement, AnIdleWorkerOfAnotherGivesUpItsPlace) {
  const WorkerFacts working = with(kOfA, [](auto& w) { w.load = 1; });
  struct Row {
    const char* what;
    std::vector<WorkerFacts> all;
    std::size_t starting;
    std::size_t victim;
  };
  const Row rows[] = {
      {"there is a place", {kOfA}, kMaxWorkers - 2, kNoWorker},
      {"there is none", {kOfA}, kMaxWorkers - 1, 0},
      {"nobody is idle", {working}, kMaxWorkers - 1, kNoWorker},
      {"the idle one", {working, kOfB}, kMaxWorkers - 2, 1},
      {"not the spare", {kSpare, working}, kMaxWorkers - 2, kNoWorker},
      {"not the starting one", {kStarting}, kMaxWorkers - 1, kNoWorker},
  };
  for (const Row& row : rows)
    EXPECT_EQ(chooseVictim(row.all, row.starting, {}), row.victim) << row.what;
}

// Random pools: the rules of placement.h hold for every choice.
TEST(Placement, NoChoiceBreaksARule) {
  std::mt19937 random(11);
  constexpr std::string_view kTenants[] = {"", "a", "b", "c"};
  for (int round = 0; round < 20'000; ++round) {
    std::vector<WorkerFacts> all(random() % (kMaxWorkers + 1));
    for (WorkerFacts& w : all) {
      w = {.tenant = kTenants[random() % 4],
           .ready = random() % 4 != 0,
           .tainted = random() % 8 == 0,
           .load = random() % (kMaxRunsPerWorker + 2),
           .started = static_cast<std::uint32_t>(random() % (kRunsBeforeRecycling + 100)),
           .age = std::chrono::seconds(random() % 2'000),
           .overtaken = std::chrono::microseconds(random() % 4'000),
           .silent = std::chrono::microseconds(random() % 12'000),
           .rest = std::chrono::milliseconds(random() % 2 * (random() % 2'000)),
           .idle = std::chrono::seconds(random() % 40)};
    }
    const std::size_t starting = random() % 3;
    const PoolShares shares{.workers = 1 + random() % kMaxWorkers,
                            .computingPerTenant = 1 + random() % 4};
    const auto computing = std::ranges::count_if(
        all, [](const WorkerFacts& w) { return w.tenant == "a" && isComputing(w); });
    const std::size_t index = chooseWorker(all, starting, "a", shares);
    if (index != kNoWorker) {
      const WorkerFacts& chosen = all[index];
      ASSERT_TRUE(chosen.tenant == "a" || chosen.tenant.empty());
      ASSERT_TRUE(mayTake(chosen));
      if (isComputing(chosen) && !chosen.tenant.empty()) {
        ASSERT_TRUE(all.size() + starting >= shares.workers ||
                    computing >= static_cast<std::ptrdiff_t>(shares.computingPerTenant));
      }
    }
    const std::size_t victim = chooseVictim(all, starting, shares);
    if (victim == kNoWorker) continue;
    ASSERT_FALSE(all[victim].tenant.empty());
    ASSERT_TRUE(all[victim].load == 0 || all[victim].rest >= kLongRest);
  }
}

}  // namespace
}  // namespace executor::sandbox
