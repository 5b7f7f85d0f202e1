#include "cli/eager-loop.h"

namespace executor::cli {

void runEager(asio::io_context& loop, const std::function<bool()>& eager) {
  using Time = std::chrono::steady_clock;
  auto lastWork = Time::now();
  while (!loop.stopped()) {
    bool worked = loop.poll() > 0;
    bool spin = !worked && eager() && Time::now() - lastWork < kSpin;
    if (spin) continue;
    if (!worked && loop.run_one() == 0) return;
    lastWork = Time::now();
  }
}

}  // namespace executor::cli
