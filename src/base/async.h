// Coroutines of the I/O threads.
//
// Task<T> is an Asio awaitable. Rules that keep coroutines safe: parameters by value, no raw
// reference or iterator kept across co_await unless its owner outlives the coroutine by contract,
// deadline and principal are arguments. Blocking work (SQLite, files, hashing of megabytes) never
// runs on an I/O thread.
#pragma once

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#error "g++ 12 destroys temporaries in co_await twice; build with clang++-22 (or clang++-19)."
#endif

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace executor {

namespace asio = boost::asio;

template <class T = void>
using Task = asio::awaitable<T>;

using SteadyTime = std::chrono::steady_clock::time_point;

class Simulation;
// Of the calling thread; nullptr but in simulations (simulation.h).
extern constinit thread_local Simulation* simulationOfThread;
SteadyTime simulatedSteadyTime();

// The steady clock of everything that decides by time: the system's, or a simulation's.
struct SteadyClock {
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = SteadyTime;
  static constexpr bool is_steady = true;

  static time_point now() noexcept {
    if (simulationOfThread == nullptr) [[likely]]
      return std::chrono::steady_clock::now();
    return simulatedSteadyTime();
  }
};

// A loop does not sleep for simulated time: it looks at its timers whenever it is polled.
struct SteadyWait {
  static SteadyClock::duration to_wait_duration(const SteadyClock::duration& span) {
    return simulationOfThread == nullptr ? span : SteadyClock::duration::zero();
  }
  static SteadyClock::duration to_wait_duration(const SteadyTime& until) {
    return to_wait_duration(until - SteadyClock::now());
  }
};

using SteadyTimer = asio::basic_waitable_timer<SteadyClock, SteadyWait>;

// A point in time after which an operation is given up; max() means none.
using Deadline = SteadyTime;

inline Deadline deadlineAfter(std::chrono::milliseconds span) { return SteadyClock::now() + span; }

}  // namespace executor
