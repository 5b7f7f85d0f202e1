// Whose turn is next, with numbers for runs.
#include "sandbox/turn-queue.h"

#include <gtest/gtest.h>

#include <vector>

namespace executor::sandbox {
namespace {

std::vector<int> takeAll(TurnQueue<int>& queue) {
  std::vector<int> order;
  while (!queue.empty()) order.push_back(queue.take());
  return order;
}

TEST(TurnQueue, QuickOnesComeFirstThenNewOnesThenThoseSetAside) {
  TurnQueue<int> queue;
  queue.push(1, TurnKind::setAside);
  queue.push(2, TurnKind::fresh);
  queue.push(3, TurnKind::quick);
  EXPECT_EQ(takeAll(queue), (std::vector{3, 2, 1}));
}

TEST(TurnQueue, OfAKindTheFirstComesFirst) {
  for (const TurnKind kind : {TurnKind::quick, TurnKind::fresh, TurnKind::setAside}) {
    TurnQueue<int> queue;
    for (const int run : {1, 2, 3}) queue.push(run, kind);
    EXPECT_EQ(takeAll(queue), (std::vector{1, 2, 3}));
  }
}

TEST(TurnQueue, AQuickOneGoesBeforeAllThatWaitAlready) {
  TurnQueue<int> queue;
  for (int run = 0; run < 16; ++run) queue.push(run, TurnKind::fresh);
  queue.push(99, TurnKind::quick);
  EXPECT_EQ(queue.take(), 99);
}

// Whatever the flood is of: those that never stop coming leave a turn for each later kind.
TEST(TurnQueue, NoKindStarves) {
  const TurnKind kinds[] = {TurnKind::quick, TurnKind::fresh, TurnKind::setAside};
  for (int flood = 0; flood < 2; ++flood) {
    for (int starved = flood + 1; starved < 3; ++starved) {
      TurnQueue<int> queue;
      queue.push(99, kinds[starved]);
      int turns = 0;
      do queue.push(turns++, kinds[flood]);
      while (queue.take() != 99);
      EXPECT_EQ(turns, kMostInARow + 1) << flood << " before " << starved;
    }
  }
}

TEST(TurnQueue, TwoFloodsLeaveATurnForTheThird) {
  TurnQueue<int> queue;
  queue.push(99, TurnKind::setAside);
  int turns = 0;
  do {
    queue.push(1, TurnKind::quick);
    queue.push(2, TurnKind::fresh);
  } while (queue.take() != 99 && ++turns < 10'000);
  EXPECT_LE(turns, (kMostInARow + 1) * (kMostInARow + 1));
}

TEST(TurnQueue, WhatIsErasedHasNoTurn) {
  TurnQueue<int> queue;
  queue.push(1, TurnKind::fresh);
  queue.push(2, TurnKind::quick);
  queue.erase(2);
  EXPECT_EQ(takeAll(queue), std::vector{1});
  queue.erase(2);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace executor::sandbox
