#include "base/signal.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <vector>

namespace executor {
namespace {

struct Waits {
  asio::io_context loop;
  std::unique_ptr<Signal> signal = std::make_unique<Signal>();
  std::vector<bool> results;

  void spawnWaiter(Deadline deadline = Deadline::max()) {
    asio::co_spawn(loop, waiter(deadline), asio::detached);
  }
  Task<> waiter(Deadline deadline) { results.push_back(co_await signal->wait(deadline)); }
};

TEST(Signal, WakesEveryCoroutineThatWaits) {
  Waits waits;
  waits.spawnWaiter();
  waits.spawnWaiter();
  waits.loop.poll();
  EXPECT_EQ(waits.signal->waiting(), 2u);
  waits.signal->notify();
  waits.loop.run();
  EXPECT_EQ(waits.results, (std::vector{true, true}));
}

TEST(Signal, RemembersOneNotificationWhenNobodyWaits) {
  Waits waits;
  waits.signal->notify();
  waits.signal->notify();
  waits.spawnWaiter();
  waits.spawnWaiter();
  waits.loop.poll();
  EXPECT_EQ(waits.results, std::vector{true});
  EXPECT_EQ(waits.signal->waiting(), 1u);
}

TEST(Signal, IsNotSetByANotificationThatWokeSomebody) {
  Waits waits;
  waits.spawnWaiter();
  waits.loop.poll();
  waits.signal->notify();
  waits.loop.run();
  waits.loop.restart();
  waits.spawnWaiter();
  waits.loop.poll();
  EXPECT_EQ(waits.results, std::vector{true});
}

TEST(Signal, GivesFalseAtTheDeadline) {
  Waits waits;
  waits.spawnWaiter(deadlineAfter(std::chrono::milliseconds(1)));
  waits.loop.run();
  EXPECT_EQ(waits.results, std::vector{false});
  EXPECT_EQ(waits.signal->waiting(), 0u);
}

TEST(Signal, GivesFalseToWaitersWhenItGoesAway) {
  Waits waits;
  waits.spawnWaiter();
  waits.loop.poll();
  waits.signal.reset();
  waits.loop.run();
  EXPECT_EQ(waits.results, std::vector{false});
}

TEST(Signal, OutlivesWaitersDestroyedWithTheirLoop) {
  Signal signal;
  {
    asio::io_context loop;
    const auto wait = [&]() -> Task<> { co_await signal.wait(Deadline::max()); };
    asio::co_spawn(loop, wait, asio::detached);
    loop.poll();
    EXPECT_EQ(signal.waiting(), 1u);
  }
  EXPECT_EQ(signal.waiting(), 0u);
  signal.notify();
}

TEST(Signal, WaitsAgainAfterItWoke) {
  asio::io_context loop;
  Signal signal;
  int seen = 0;
  const auto wait = [&]() -> Task<> {
    while (co_await signal.wait(Deadline::max())) {
      if (++seen == 3) co_return;
    }
  };
  asio::co_spawn(loop, wait, asio::detached);
  for (int i = 0; i < 3; ++i) {
    signal.notify();
    loop.poll();
  }
  EXPECT_EQ(seen, 3);
}

}  // namespace
}  // namespace executor
