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

const RunFacts kRunOfA{"a", false};

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
    EXPECT_EQ(chooseWorker(row.all, row.starting, kRunOfA, {}), row.chosen) << row.what;
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
      {"it is for those that compute", {.givesWay = true, .rest = 1h}, true},
      {"overtaken, while others talk", {.load = 9, .overtaken = 1s, .silent = 1us}, true},
      {"silent for less than a host may cost", {.load = 1, .silent = kLongSilence - 1ns}, false},
      {"silent", {.load = 1, .silent = kLongSilence}, true},
  };
  for (const Row& row : rows) EXPECT_EQ(isComputing(row.worker), row.computing) << row.what;
}

TEST(Placement, RunsThatComputeShareWorkersOfTheirOwn) {
  const WorkerFacts slow = with(kOfA, [](auto& w) { w.givesWay = true; });
  const WorkerFacts taken = with(slow, [](auto& w) { w.load = 3, w.overtaken = 1s; });
  const WorkerFacts fuller = with(taken, [](auto& w) { w.load = 4; });
  const WorkerFacts bent = with(slow, [](auto& w) { w.tainted = true; });
  const WorkerFacts other = with(kOfB, [](auto& w) { w.givesWay = true; });
  struct Row {
    const char* what;
    std::vector<WorkerFacts> all;
    std::size_t computing;  // what is chosen for a run that computes
    std::size_t rest;       // and for one that does not
  };
  const Row rows[] = {
      {"a free one of its kind", {slow, kOfA, kSpare}, 0, 1},
      {"they spread up to their share", {taken, kOfA, kSpare}, 2, 1},
      {"at it the least loaded", {fuller, taken, kSpare}, 1, 2},
      {"the spare is made one of them", {kOfA, kSpare}, 1, 0},
      {"never another tenant's", {other, kSpare}, 1, 1},
      {"they wait for the spare to come", {kOfA}, kNoWorker, 0},
      {"what is used up is none", {bent, kOfA, kSpare}, 2, 1},
  };
  const PoolShares shares{.workers = 8, .computingPerTenant = 2};
  for (const Row& row : rows) {
    EXPECT_EQ(chooseWorker(row.all, 0, {"a", true}, shares), row.computing) << row.what;
    EXPECT_EQ(chooseWorker(row.all, 0, {"a", false}, shares), row.rest) << row.what;
  }
}

TEST(Placement, WithoutRoomTheyShareAnyWorkerOfTheTenants) {
  const WorkerFacts slow = with(kOfA, [](auto& w) { w.givesWay = true, w.load = 2; });
  const PoolShares one{.workers = 1};
  EXPECT_EQ(chooseWorker(std::vector{slow}, 0, {"a", false}, one), 0u);
  EXPECT_EQ(chooseWorker(std::vector{kOfA}, 0, {"a", true}, one), 0u);
}

TEST(Placement, NoTenantHasAllOfThePlaces) {
  const WorkerFacts hog = with(kOfA, [](auto& w) { w.load = 5, w.overtaken = 1s; });
  const WorkerFacts bent = with(hog, [](auto& w) { w.tainted = true; });
  const PoolShares shares{.workers = 8, .perTenant = 2};
  EXPECT_EQ(chooseWorker(std::vector{hog, kSpare}, 0, kRunOfA, shares), 1u);
  EXPECT_EQ(chooseWorker(std::vector{hog, hog, kSpare}, 0, kRunOfA, shares), 0u);
  EXPECT_EQ(chooseWorker(std::vector{bent, hog, kSpare}, 0, kRunOfA, shares), 1u);
  EXPECT_EQ(chooseWorker(std::vector{bent, bent, kSpare}, 0, kRunOfA, shares), 2u)
      << "what takes nothing more is no place";
}

TEST(Placement, SharesFollowThePlacesAndTheMachine) {
  struct Row {
    std::size_t workers, processors, perTenant, computing;
  };
  for (const Row& row : {Row{16, 2, 12, 2}, Row{16, 64, 12, 11}, Row{2, 2, 2, 1}, Row{4, 0, 3, 1},
                         Row{1, 8, 1, 1}}) {
    const PoolShares shares = sharesOf(row.workers, row.processors);
    EXPECT_EQ(shares.workers, row.workers);
    EXPECT_EQ(shares.perTenant, row.perTenant);
    EXPECT_EQ(shares.computingPerTenant, row.computing);
  }
}

TEST(Placement, FewerPlacesAreKeptToo) {
  const PoolShares two{.workers = 2};
  const WorkerFacts hog = with(kOfA, [](auto& w) { w.load = 1, w.overtaken = 1s; });
  EXPECT_EQ(chooseWorker(std::vector{hog, kOfB}, 0, kRunOfA, two), 0u);
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
           .givesWay = random() % 4 == 0,
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
                            .perTenant = 1 + random() % kMaxWorkers,
                            .computingPerTenant = 1 + random() % 4};
    const RunFacts run{"a", random() % 2 == 0};
    const auto own = std::ranges::count(all, run.tenant, &WorkerFacts::tenant);
    const std::size_t index = chooseWorker(all, starting, run, shares);
    if (index != kNoWorker) {
      const WorkerFacts& chosen = all[index];
      ASSERT_TRUE(chosen.tenant == run.tenant || chosen.tenant.empty());
      ASSERT_TRUE(mayTake(chosen));
      const bool fits = run.computing ? chosen.givesWay : !isComputing(chosen);
      if (!fits && !chosen.tenant.empty()) {
        ASSERT_TRUE(all.size() + starting >= shares.workers ||
                    own >= static_cast<std::ptrdiff_t>(shares.perTenant));
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
