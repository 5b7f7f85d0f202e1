// Who is dead, and what becomes of what it owned.
#include "execution/lease.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "execution/ownership.h"
#include "invocation/testing/world.h"

namespace executor::execution {
namespace {

using std::chrono::milliseconds;

class LeaseWatchTest : public ::testing::Test {
 protected:
  std::vector<std::string> dead(std::vector<LeaseWatch::Sighting> seen, int atMs) {
    std::vector<std::string> names;
    for (auto& one : watch_.judge(seen, SteadyTime(milliseconds(atMs)))) names.push_back(one.node);
    return names;
  }
  using Names = std::vector<std::string>;

  LeaseWatch watch_{milliseconds(15'000)};
};

TEST_F(LeaseWatchTest, ACounterThatStandsStillForTheLeaseTimeIsDead) {
  EXPECT_EQ(dead({{"a", 7}}, 0), Names());
  EXPECT_EQ(dead({{"a", 7}}, 14'999), Names());
  EXPECT_EQ(dead({{"a", 7}}, 15'000), Names{"a"});
}

TEST_F(LeaseWatchTest, ACounterThatMovesIsAliveHoweverSlowly) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(dead({{"a", static_cast<std::uint64_t>(i)}}, i * 14'999), Names());
  }
}

TEST_F(LeaseWatchTest, ACounterThatWentBackIsASignOfLifeToo) {
  EXPECT_EQ(dead({{"a", 7}}, 0), Names());
  EXPECT_EQ(dead({{"a", 1}}, 15'000), Names());
  EXPECT_EQ(dead({{"a", 1}}, 30'000), Names{"a"});
}

TEST_F(LeaseWatchTest, WhoOwnedNothingInBetweenIsJudgedAnew) {
  EXPECT_EQ(dead({{"a", 7}}, 0), Names());
  EXPECT_EQ(dead({}, 10'000), Names());
  EXPECT_EQ(dead({{"a", 7}}, 20'000), Names());
  EXPECT_EQ(dead({{"a", 7}}, 35'000), Names{"a"});
}

TEST_F(LeaseWatchTest, EachNodeIsJudgedByItself) {
  EXPECT_EQ(dead({{"a", 1}, {"b", 1}}, 0), Names());
  EXPECT_EQ(dead({{"a", 1}, {"b", 2}}, 15'000), Names{"a"});
}

// An observer that slept (a suspended laptop) sees first and waits then.
TEST_F(LeaseWatchTest, TheFirstSightingNeverKills) {
  EXPECT_EQ(dead({{"a", 1}}, 999'999), Names());
}

class LeaseStoreTest : public ::testing::Test {
 protected:
  LeaseStoreTest() : world_(invocation::testing::Paths::fresh(), executionSchema()) {}

  template <class F>
  auto write(F fn) {
    return world_.run(world_.store->write(std::move(fn)));
  }
  void own(std::string id, std::string node) {
    EXPECT_TRUE(write([=](store::Txn& t) { return t.put(OpenExecution{id, "ws_1", node}); }));
  }
  OpenExecution marker(std::string id) {
    return *write([id](store::Txn& t) -> Result<OpenExecution> {
      EXECUTOR_TRY(auto found, t.get<OpenExecution>(id));
      return *found;
    });
  }
  NodeRecord beat(std::string node) {
    return *write([node](store::Txn& t) { return raiseBeat(t, node); });
  }
  std::vector<LeaseWatch::Sighting> others(std::string self) {
    return *write([self](store::Txn& t) { return othersWithWork(t, self); });
  }

  invocation::testing::World world_;
};

TEST_F(LeaseStoreTest, EachBeatRaisesTheCounter) {
  EXPECT_EQ(beat("node_a").beat, 1u);
  EXPECT_EQ(beat("node_a").beat, 2u);
  EXPECT_EQ(beat("node_b").beat, 1u);
}

TEST_F(LeaseStoreTest, OnlyOthersThatOwnSomethingAreLookedAt) {
  own("task_1", "node_a");
  own("task_2", "node_a");
  own("task_3", "node_b");
  own("task_4", "node_me");
  own("task_5", "");
  beat("node_b");
  beat("node_idle");
  const auto seen = others("node_me");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].node, "node_a");
  EXPECT_EQ(seen[0].beat, 0u) << "it never gave a sign";
  EXPECT_EQ(seen[1].node, "node_b");
  EXPECT_EQ(seen[1].beat, 1u);
}

TEST_F(LeaseStoreTest, WhatADeadNodeOwnedIsDueAtOnceForEverybody) {
  own("task_1", "node_a");
  own("task_2", "node_b");
  beat("node_a");
  EXPECT_TRUE(*write([](store::Txn& t) { return giveUpFor(t, {"node_a", 1}); }));
  EXPECT_EQ(marker("task_1").nodeId, "");
  EXPECT_EQ(marker("task_1").wakeAt, 0);
  EXPECT_EQ(marker("task_2").nodeId, "node_b");
  EXPECT_EQ(beat("node_a").losses, 1u) << "and it is told, should it be alive";
}

TEST_F(LeaseStoreTest, OneBeatInTheLastMomentSavesIt) {
  own("task_1", "node_a");
  beat("node_a");
  beat("node_a");
  EXPECT_FALSE(*write([](store::Txn& t) { return giveUpFor(t, {"node_a", 1}); }));
  EXPECT_EQ(marker("task_1").nodeId, "node_a");
  EXPECT_EQ(beat("node_a").losses, 0u);
}

TEST_F(LeaseStoreTest, ManyAreGivenUpInPortions) {
  for (std::size_t i = 0; i < kOwnershipBatch + 10; ++i) own(fmt::format("task_{}", i), "node_a");
  int rounds = 0;
  while (*write([](store::Txn& t) { return giveUpFor(t, {"node_a", 0}); })) ++rounds;
  EXPECT_EQ(rounds, 2);
  EXPECT_TRUE(others("node_me").empty());
}

}  // namespace
}  // namespace executor::execution
