#include "base/time.h"

#include <chrono>

namespace executor {
namespace {

class SystemClock final : public Clock {
 public:
  EpochMs now() const override {
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
