// Wall time as the product shows it: integer epoch milliseconds (product.md section 1).
//
// Everything that compares, stores or shows wall time takes a Clock by reference, so that tests
// can move time by hand.
#pragma once

#include <atomic>
#include <cstdint>

namespace executor {

using EpochMs = std::int64_t;

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time: it may jump when the host's clock is set. Deadlines use SteadyTime (async.h).
  virtual EpochMs now() const = 0;
};

// The system's clock; one instance for the process.
const Clock& systemClock();

// A clock that only moves when told to.
class ManualClock : public Clock {
 public:
  explicit ManualClock(EpochMs start) : now_(start) {}
  EpochMs now() const override { return now_; }
  void advance(EpochMs by) { now_ += by; }

 private:
  // Atomic, because the store's threads read the clock that a test moves.
  std::atomic<EpochMs> now_;
};

}  // namespace executor
