// The rules of places and queues, as numbers.
#include "execution/admission.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace executor::execution {
namespace {

ErrorCode codeOf(const Status& status) {
  return status ? ErrorCode::internal : status.error().code;
}

// Everybody that next() has for the places there are.
std::vector<std::string> served(Admission& admission) {
  std::vector<std::string> ids;
  while (auto id = admission.next()) ids.push_back(*std::move(id));
  return ids;
}

TEST(Admission, AWorkspaceBelowItsLimitRunsAtOnce) {
  Admission admission({.running = 2});
  EXPECT_TRUE(admission.enter("a", "1", 0));
  EXPECT_TRUE(admission.enter("a", "2", 0));
  EXPECT_TRUE(admission.check("a", 0)) << "the queue has room";
  EXPECT_FALSE(admission.enter("a", "3", 0));
  EXPECT_TRUE(admission.enter("b", "4", 0)) << "one workspace takes nothing from another";
  EXPECT_EQ(admission.running(), 3u);
  EXPECT_EQ(admission.queued(), 1u);
}

TEST(Admission, TheQueueOfAWorkspaceIsInOrderOfArrival) {
  Admission admission({.running = 1});
  for (const char* id : {"1", "2", "3"}) admission.enter("a", id, 0);
  EXPECT_EQ(admission.position("a", "1"), 0u);
  EXPECT_EQ(admission.position("a", "2"), 1u);
  EXPECT_EQ(admission.position("a", "3"), 2u);
  EXPECT_FALSE(admission.next()) << "no place is free";
  admission.leave("a", "1");
  EXPECT_EQ(served(admission), std::vector<std::string>{"2"});
  EXPECT_EQ(admission.position("a", "3"), 1u);
}

TEST(Admission, NobodyPassesAQueueOfItsWorkspace) {
  Admission admission({.running = 1});
  admission.enter("a", "1", 0);
  admission.enter("a", "2", 0);
  admission.leave("a", "1");
  EXPECT_FALSE(admission.enter("a", "3", 0)) << "2 has not been served yet";
  EXPECT_EQ(served(admission), std::vector<std::string>{"2"});
}

TEST(Admission, AWorkspaceMayHavePlacesOfItsOwn) {
  Admission admission({.running = 2});
  admission.setPlaces("a", {.running = 1, .waiting = 1, .queued = 1});
  EXPECT_TRUE(admission.enter("a", "1", 0));
  EXPECT_FALSE(admission.enter("a", "2", 0));
  EXPECT_EQ(codeOf(admission.check("a", 0)), ErrorCode::limit_exceeded) << "its queue is full";
  admission.enter("b", "3", 0);
  EXPECT_TRUE(admission.enter("b", "4", 0)) << "the others have the server's";
  admission.setWaiting("a", true);
  EXPECT_EQ(codeOf(admission.check("a", 0)), ErrorCode::limit_exceeded) << "one waits already";
}

TEST(Admission, MorePlacesServeTheQueueAndFewerTakeNothing) {
  Admission admission({.running = 4});
  admission.setPlaces("a", {.running = 1, .waiting = 1, .queued = 9});
  for (const char* id : {"1", "2", "3"}) admission.enter("a", id, 0);
  admission.setPlaces("a", {.running = 2, .waiting = 1, .queued = 9});
  EXPECT_EQ(served(admission), std::vector<std::string>{"2"});
  admission.setPlaces("a", {.running = 1, .waiting = 1, .queued = 0});
  EXPECT_EQ(admission.running(), 2u);
  EXPECT_EQ(admission.position("a", "3"), 1u) << "who is in the queue stays";
  admission.leave("a", "1");
  EXPECT_FALSE(admission.next());
  admission.setPlaces("a", {.running = 4, .waiting = 1'000, .queued = 1'000});
  EXPECT_EQ(served(admission), std::vector<std::string>{"3"});
}

TEST(Admission, PlacesGoToTheWorkspacesInTurn) {
  Admission admission({.running = 10, .runningInAll = 1});
  admission.enter("other", "running", 0);
  for (const char* id : {"a1", "a2", "a3", "a4"}) admission.enter("a", id, 0);
  admission.enter("b", "b1", 0);
  admission.enter("c", "c1", 0);
  std::vector<std::string> order;
  admission.leave("other", "running");
  while (auto id = admission.next()) {
    order.push_back(*id);
    admission.leave(id->substr(0, 1), *id);
  }
  EXPECT_EQ(order, (std::vector<std::string>{"a1", "b1", "c1", "a2", "a3", "a4"}));
  EXPECT_EQ(admission.running() + admission.queued(), 0u);
}

TEST(Admission, AWorkspaceAtItsLimitDoesNotHoldUpTheOthers) {
  Admission admission({.running = 1, .runningInAll = 2});
  admission.enter("a", "a1", 0);
  admission.enter("a", "a2", 0);
  admission.enter("b", "b1", 0);
  admission.enter("c", "c1", 0);
  admission.leave("b", "b1");
  EXPECT_EQ(served(admission), std::vector<std::string>{"c1"}) << "a is first in line, but full";
  admission.leave("a", "a1");
  EXPECT_EQ(served(admission), std::vector<std::string>{"a2"});
}

TEST(Admission, WhoWaitsForAHumanGivesUpItsPlaceAndComesBackWithoutOne) {
  Admission admission({.running = 1});
  admission.enter("a", "1", 0);
  admission.enter("a", "2", 0);
  admission.setWaiting("a", true);
  EXPECT_EQ(served(admission), std::vector<std::string>{"2"});
  admission.setWaiting("a", false);
  EXPECT_EQ(admission.running(), 2u);
  EXPECT_FALSE(admission.enter("a", "3", 0));
  admission.leave("a", "1");
  EXPECT_FALSE(admission.next()) << "2 still runs";
  admission.leave("a", "2");
  EXPECT_EQ(served(admission), std::vector<std::string>{"3"});
}

TEST(Admission, WhatLeavesTheQueueFreesNoPlace) {
  Admission admission({.running = 1});
  for (const char* id : {"1", "2", "3"}) admission.enter("a", id, 0);
  admission.leave("a", "2");
  EXPECT_FALSE(admission.next());
  EXPECT_EQ(admission.position("a", "3"), 1u);
  admission.leave("a", "1");
  EXPECT_EQ(served(admission), std::vector<std::string>{"3"});
}

TEST(Admission, AFullQueueIsRefusedByNumberAndByBytes) {
  Admission admission({.running = 1, .queued = 2, .queuedBytes = 100});
  admission.enter("a", "1", 1'000);
  EXPECT_TRUE(admission.check("a", 100)) << "what has a place does not count";
  admission.enter("a", "2", 60);
  EXPECT_TRUE(admission.check("a", 40));
  const Status heavy = admission.check("a", 41);
  EXPECT_EQ(codeOf(heavy), ErrorCode::limit_exceeded);
  EXPECT_NE(heavy.error().message.find("100 bytes"), std::string::npos) << heavy.error().message;
  admission.enter("a", "3", 0);
  const Status full = admission.check("a", 0);
  EXPECT_EQ(codeOf(full), ErrorCode::limit_exceeded);
  EXPECT_NE(full.error().message.find("has 2 executions in its queue behind 1 that run"),
            std::string::npos)
      << full.error().message;
  EXPECT_FALSE(full.error().hint.empty());
  EXPECT_TRUE(admission.check("b", 1'000)) << "only that workspace is full";
}

TEST(Admission, AQueueOfNobodyRefusesWhatDoesNotFitAtOnce) {
  Admission admission({.running = 1, .queued = 0});
  EXPECT_TRUE(admission.check("a", 0));
  admission.enter("a", "1", 0);
  EXPECT_EQ(codeOf(admission.check("a", 0)), ErrorCode::limit_exceeded);
}

TEST(Admission, TooManyWaitingForHumansAreRefused) {
  Admission admission({.waiting = 1});
  admission.enter("a", "1", 0);
  EXPECT_TRUE(admission.check("a", 0));
  admission.setWaiting("a", true);
  const Status full = admission.check("a", 0);
  EXPECT_EQ(codeOf(full), ErrorCode::limit_exceeded);
  EXPECT_NE(full.error().message.find("1 executions that wait for a human"), std::string::npos);
}

TEST(Admission, AFullServerIsOverloadedByNumberAndByBytes) {
  Admission admission({.runningInAll = 1, .queuedInAll = 1, .queuedBytesInAll = 10});
  admission.enter("a", "1", 0);
  EXPECT_TRUE(admission.check("b", 10));
  EXPECT_EQ(codeOf(admission.check("b", 11)), ErrorCode::overloaded);
  admission.enter("b", "2", 0);
  EXPECT_EQ(codeOf(admission.check("c", 0)), ErrorCode::overloaded);
}

TEST(Admission, RecoveryMayEnterAFullQueue) {
  Admission admission({.running = 1, .queued = 1});
  for (const char* id : {"1", "2", "3", "4"}) admission.enter("a", id, 0);
  EXPECT_EQ(admission.queued(), 3u);
  EXPECT_EQ(codeOf(admission.check("a", 0)), ErrorCode::limit_exceeded);
}

TEST(Admission, TheLimitsAreWhatTheyAreNamed) {
  Admission admission;
  for (std::size_t i = 0; i < kDefaultRunningPerWorkspace; ++i) {
    ASSERT_TRUE(admission.enter("a", std::to_string(i), 0));
  }
  for (std::size_t i = 0; i < kDefaultQueuedPerWorkspace; ++i) {
    ASSERT_TRUE(admission.check("a", 0)) << i;
    ASSERT_FALSE(admission.enter("a", "q" + std::to_string(i), 0));
  }
  EXPECT_EQ(codeOf(admission.check("a", 0)), ErrorCode::limit_exceeded);
  for (std::size_t i = kDefaultRunningPerWorkspace; i < kMaxRunning; ++i) {
    ASSERT_TRUE(admission.enter(std::to_string(i), "x", 0));
  }
  EXPECT_FALSE(admission.enter("late", "x", 0)) << "the server's places are taken";
}

// Against a model without any cleverness: whatever happens, nobody is lost, counted twice or over a
// limit by more than who came back from a human.
TEST(Admission, ManyWorkspacesInAnyOrderLoseNobody) {
  const AdmissionLimits limits{.running = 3, .runningInAll = 7};
  Admission admission(limits);
  std::map<std::string, std::set<std::string>> running, queued;
  std::uint64_t random = 42;
  const auto pick = [&random](std::size_t n) {
    random = random * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::size_t>(random >> 33) % n;
  };
  for (int step = 0; step < 20'000; ++step) {
    const std::string ws(1, static_cast<char>('a' + pick(5)));
    auto& from = pick(4) == 0 ? queued[ws] : running[ws];
    if (pick(2) == 0) {
      const std::string id = ws + std::to_string(step);
      (admission.enter(ws, id, 1) ? running : queued)[ws].insert(id);
    } else if (!from.empty()) {
      admission.leave(ws, *from.begin());
      from.erase(from.begin());
    }
    for (const std::string& id : served(admission)) {
      ASSERT_EQ(queued[id.substr(0, 1)].erase(id), 1u) << id;
      running[id.substr(0, 1)].insert(id);
    }
    std::size_t all = 0, waiting = 0;
    for (const auto& [name, ids] : running) {
      ASSERT_LE(ids.size(), limits.running);
      all += ids.size();
      waiting += queued[name].size();
      ASSERT_TRUE(queued[name].empty() || ids.size() == limits.running ||
                  admission.running() == limits.runningInAll)
          << "a place stays empty";
    }
    ASSERT_EQ(admission.running(), all);
    ASSERT_EQ(admission.queued(), waiting);
  }
}

}  // namespace
}  // namespace executor::execution
