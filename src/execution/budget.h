// How much of its `timeoutMs` an execution has used (D12).
//
// The clock runs while anything but a human holds the execution up, and stands still while every
// outstanding host operation awaits one. Time is passed in, so that the rule is tested without
// waiting; it is steady time, because a wall clock that is set must not end programs.
#pragma once

#include <chrono>

#include "base/async.h"

namespace executor::execution {

class Budget {
 public:
  Budget(std::chrono::milliseconds total, std::chrono::milliseconds used)
      : total_(total), used_(used) {}

  void run(SteadyTime now);    // starts or continues; no effect while running
  void pause(SteadyTime now);  // no effect while paused

  bool running() const { return running_; }
  std::chrono::milliseconds used(SteadyTime now) const;
  bool exhausted(SteadyTime now) const { return used(now) >= total_; }
  // When it will be exhausted if nothing pauses it; max() while paused.
  Deadline end() const;

 private:
  std::chrono::milliseconds total_;
  std::chrono::milliseconds used_;
  bool running_ = false;
  SteadyTime since_{};
};

}  // namespace executor::execution
