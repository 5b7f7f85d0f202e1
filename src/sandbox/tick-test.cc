// When a slice is set aside at a poll of the engine. Each test has a process of its own, because
// handlers, timer and the slice belong to one.
#include "sandbox/tick.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/fiber.h"

namespace executor::sandbox {
namespace {

bool othersWait = false;

template <class Body>
int inChild(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    if (!installTick([] { return othersWait; })) _exit(2);
    body();
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// A slice that has had so much CPU already.
Slice sliceAfter(std::uint64_t micros) {
  return {
      .budgetMicros = 10'000'000, .startedMicros = threadCpuMicros() - micros, .mayYield = true};
}

// Guest code that does nothing but to poll once, on a fiber of its own.
struct Polling {
  Fiber fiber;
  bool cameBack = false;
  Trap trap = Trap::none;

  void run() {
    fiber.run([this] {
      trap = enterGuest([this] {
        pollSlice();
        cameBack = true;
      });
    });
  }
};

TEST(PollSlice, AShortSliceGoesOnWhoeverWaits) {
  EXPECT_EQ(inChild([] {
              othersWait = true;
              currentSlice() = sliceAfter(0);
              currentSlice().startedMicros += 1'000'000;  // a slow machine makes it no longer
              Polling polling;
              polling.run();
              EXPECT_TRUE(polling.cameBack);
            }),
            0);
}

TEST(PollSlice, ALongerOneIsSetAsideForOthersAndGoesOn) {
  EXPECT_EQ(inChild([] {
              othersWait = true;
              currentSlice() = sliceAfter(kShortSliceMicros);
              Polling polling;
              polling.run();
              EXPECT_FALSE(polling.cameBack);
              EXPECT_FALSE(polling.fiber.idle());
              polling.fiber.resume();
              EXPECT_TRUE(polling.cameBack);
              EXPECT_EQ(polling.trap, Trap::none);
            }),
            0);
}

TEST(PollSlice, AloneItGoesOn) {
  EXPECT_EQ(inChild([] {
              othersWait = false;
              currentSlice() = sliceAfter(1'000'000);
              Polling polling;
              polling.run();
              EXPECT_TRUE(polling.cameBack);
            }),
            0);
}

TEST(PollSlice, ALongTurnIsSetAsideAlsoWhenNobodyWaits) {
  EXPECT_EQ(inChild([] {
              othersWait = false;
              currentSlice() = sliceAfter(5'000);
              currentSlice().longAtMicros = 4'000;
              Polling polling;
              polling.run();
              EXPECT_FALSE(polling.cameBack);
              currentSlice().stop = true;
              polling.fiber.resume();
              EXPECT_EQ(polling.trap, Trap::stopped);
              EXPECT_TRUE(polling.fiber.idle());
            }),
            0);
}

TEST(PollSlice, AUsedUpBudgetEndsIt) {
  EXPECT_EQ(inChild([] {
              othersWait = false;
              currentSlice() = sliceAfter(5'000);
              currentSlice().budgetMicros = 4'000;
              Polling polling;
              polling.run();
              EXPECT_FALSE(polling.cameBack);
              EXPECT_EQ(polling.trap, Trap::cpuBudget);
            }),
            0);
}

// While the host works for it, and where nothing schedules slices at all (the image, Test262).
TEST(PollSlice, WhatMayNotYieldIsLeftAlone) {
  EXPECT_EQ(inChild([] {
              othersWait = true;
              currentSlice() = {};
              Polling polling;
              polling.run();
              EXPECT_TRUE(polling.cameBack);
            }),
            0);
}

}  // namespace
}  // namespace executor::sandbox
