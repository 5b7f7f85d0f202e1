#include "base/time.h"

#include <chrono>

#include "base/simulation.h"

namespace executor {
namespace {

class SystemClock final : public Clock {
 public:
  EpochMs now() const override {
    if (simulationOfThread != nullptr) return simulationOfThread->wall();
    // The epoch of system_clock is 1970 since C++20; before, it was only so everywhere.
    const auto sinceEpoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(sinceEpoch).count();
  }
};

}  // namespace

const Clock& systemClock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace executor
