#include "base/simulation.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/crypto.h"
#include "base/id.h"
#include "base/signal.h"

namespace executor {
namespace {

using namespace std::chrono_literals;

TEST(Simulation, TimeMovesOnlyWhenItIsMoved) {
  Simulation simulation(1);
  const SteadyTime steady = SteadyClock::now();
  const EpochMs wall = systemClock().now();
  EXPECT_EQ(SteadyClock::now(), steady);
  EXPECT_EQ(systemClock().now(), wall);
  simulation.advance(24h);
  EXPECT_EQ(SteadyClock::now() - steady, 24h);
  EXPECT_EQ(systemClock().now() - wall, 24 * 3'600'000);
  EXPECT_EQ(deadlineAfter(5ms), steady + 24h + 5ms);
}

TEST(Simulation, TimersBecomeDueByMovingTimeAndNotBefore) {
  Simulation simulation(1);
  asio::io_context loop;
  std::string fired;
  SteadyTimer days(loop, 72h), soon(loop, 10ms);
  days.async_wait([&](auto) { fired += "days "; });
  soon.async_wait([&](auto) { fired += "soon "; });
  loop.poll();
  EXPECT_EQ(fired, "");
  simulation.advance(10ms);
  loop.poll();
  EXPECT_EQ(fired, "soon ");
  simulation.advance(71h);
  loop.poll();
  EXPECT_EQ(fired, "soon ");
  simulation.advance(1h);
  loop.poll();
  EXPECT_EQ(fired, "soon days ");
}

TEST(Simulation, TimersThatAreDueTogetherFireInTheOrderOfTheirTimes) {
  Simulation simulation(1);
  asio::io_context loop;
  std::string fired;
  SteadyTimer c(loop, 3s), a(loop, 1s), b(loop, 2s);
  c.async_wait([&](auto) { fired += "c"; });
  a.async_wait([&](auto) { fired += "a"; });
  b.async_wait([&](auto) { fired += "b"; });
  simulation.advance(1h);
  loop.poll();
  EXPECT_EQ(fired, "abc");
}

TEST(Simulation, DeadlinesOfSignalsPassInSimulatedTime) {
  Simulation simulation(1);
  asio::io_context loop;
  Signal signal;
  std::optional<bool> notified;
  asio::co_spawn(
      loop, [&]() -> Task<> { notified = co_await signal.wait(deadlineAfter(1h)); },
      asio::detached);
  loop.poll();
  EXPECT_FALSE(notified);
  simulation.advance(1h);
  loop.poll();
  EXPECT_EQ(notified, false);
}

TEST(Simulation, TheSameSeedGivesTheSameBytesAndIds) {
  const auto draw = [](std::uint64_t seed) {
    Simulation simulation(seed);
    std::string bytes(100, '\0');
    fillUnique(bytes.data(), 50);
    fillRandom(bytes.data() + 50, 50);
    return bytes + newId(idPrefix::kCall) + randomToken(32) + seal(randomKey(), "text", "about");
  };
  EXPECT_EQ(draw(7), draw(7));
  EXPECT_NE(draw(7), draw(8));
}

TEST(Simulation, IdsAreWellFormedAndDoNotRepeat) {
  Simulation simulation(3);
  const std::string one = newId(idPrefix::kExecution), two = newId(idPrefix::kExecution);
  EXPECT_TRUE(isId(one, idPrefix::kExecution));
  EXPECT_NE(one, two);
}

TEST(Simulation, OtherThreadsKeepTimeAndRandomnessOfTheirOwn) {
  Simulation simulation(1);
  std::string first, second;
  SteadyTime there;
  std::thread([&] {
    there = SteadyClock::now();
    first = newId(idPrefix::kCall);
    second = newId(idPrefix::kCall);
  }).join();
  EXPECT_NE(there, SteadyClock::now());
  EXPECT_NE(first, second);
}

TEST(Simulation, AfterItTheThreadIsAsBefore) {
  const auto ids = [](std::uint64_t seed) {
    {
      Simulation simulation(seed);
    }
    return newId(idPrefix::kCall);
  };
  EXPECT_NE(ids(1), ids(1));
  const SteadyTime before = std::chrono::steady_clock::now();
  EXPECT_GE(SteadyClock::now(), before);
}

TEST(Simulation, AThreadHasOneAtATime) {
  Simulation simulation(1);
  EXPECT_THROW(Simulation(2), std::logic_error);
  EXPECT_EQ(simulationOfThread, &simulation);
}

}  // namespace
}  // namespace executor
