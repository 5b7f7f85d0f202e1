// The world of a simulated thread: its time and its randomness are what a test says (D36).
//
// While a Simulation lives, everything on its thread that asks for steady time (SteadyClock), for
// the system's wall time or for random bytes gets the answers below: time moves only when advance()
// is called, timers of the thread's loops become due by it, and bytes follow from the seed. So a
// run of the production code over it is a function of the seed alone, and a failure can be looked
// at again. Other threads notice nothing. On a thread without one it costs the test of a pointer.
//
// Predictable randomness in a server would be a hole: only tests and simulations include this file
// (scripts/check-layers), and nothing that runs in a server can make one.
#pragma once

#include "base/async.h"
#include "base/time.h"

namespace executor {

class Simulation {
 public:
  // One at a time on a thread; both clocks begin at fixed points.
  explicit Simulation(std::uint64_t seed);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Moves both clocks. Loops see it at their next poll().
  void advance(std::chrono::nanoseconds by) { steady_ += by; }

  SteadyTime steady() const { return steady_; }
  EpochMs wall() const;
  // The next of the random bytes; SplitMix64, quick and even enough for ids.
  std::uint64_t next();
  void fill(void* out, std::size_t size);

 private:
  SteadyTime steady_;
  std::uint64_t state_;
};

}  // namespace executor
