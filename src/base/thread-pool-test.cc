#include "base/thread-pool.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/error.h"

namespace executor {
namespace {

// Runs one coroutine to its end on a loop of its own.
template <class Fn>
void runOnLoop(Fn fn) {
  asio::io_context loop;
  std::exception_ptr thrown;
  asio::co_spawn(loop, std::move(fn), [&](std::exception_ptr error) { thrown = error; });
  loop.run();
  if (thrown) std::rethrow_exception(thrown);
}

TEST(ThreadPool, RunsElsewhereAndResumesOnTheLoop) {
  ThreadPool pool(2);
  const auto loopThread = std::this_thread::get_id();
  runOnLoop([&]() -> Task<> {
    const auto worker = co_await pool.run([] { return std::this_thread::get_id(); });
    EXPECT_NE(worker, loopThread);
    EXPECT_EQ(std::this_thread::get_id(), loopThread);
  });
}

TEST(ThreadPool, MovesTheResultBack) {
  ThreadPool pool(1);
  runOnLoop([&]() -> Task<> {
    auto owned = std::make_unique<int>(7);
    auto back = co_await pool.run([owned = std::move(owned)]() mutable {
      ++*owned;
      return std::move(owned);
    });
    EXPECT_EQ(*back, 8);
    co_await pool.run([] {});
  });
}

TEST(ThreadPool, TakesResultsWithoutDefaultConstructor) {
  struct NoDefault {
    explicit NoDefault(int v) : value(v) {}
    int value;
  };
  ThreadPool pool(1);
  runOnLoop([&]() -> Task<> {
    const Result<NoDefault> result =
        co_await pool.run([]() -> Result<NoDefault> { return NoDefault(3); });
    EXPECT_EQ(result->value, 3);
  });
}

TEST(ThreadPool, RethrowsOnTheLoop) {
  ThreadPool pool(1);
  const auto throwing = [&]() -> Task<> {
    co_await pool.run([] { throw std::runtime_error("out of luck"); });
  };
  EXPECT_THROW(runOnLoop(throwing), std::runtime_error);
}

TEST(ThreadPool, KeepsTheLoopAliveWhileItWorks) {
  ThreadPool pool(1);
  asio::io_context loop;
  int finished = 0;
  for (int i = 0; i < 20; ++i) {
    const auto task = [&]() -> Task<> { finished += co_await pool.run([] { return 1; }); };
    asio::co_spawn(loop, task, asio::detached);
  }
  loop.run();
  EXPECT_EQ(finished, 20);
}

}  // namespace
}  // namespace executor
