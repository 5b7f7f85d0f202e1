#include "sandbox/watchdog.h"

namespace executor::sandbox {

void Watchdog::rest(const WorkerSample& sample) {
  // Without a reading the old one stays: the next sample then allows too little rather than all.
  cpuBefore_ = cpuLast_ = sample.cpu.value_or(cpuBefore_);
  still_ = 0;
}

// The order matters: a stop that is overdue counts even if the worker talks about other runs, since
// a compromised one would talk forever.
std::optional<std::string_view> Watchdog::judge(const WorkerSample& sample) {
  if (sample.longestStop > kStopGrace) return "it did not stop a run";
  if (!sample.cpu || !sample.owesAnswer || sample.spoke) {
    rest(sample);
    return std::nullopt;
  }
  if (*sample.cpu - cpuBefore_ > kCpuGrace + sample.budgets) return kBeyondBudgets;
  still_ = *sample.cpu == cpuLast_ ? still_ + 1 : 0;
  cpuLast_ = *sample.cpu;
  if (still_ > kMaxStillSamples) return "it neither answered nor computed";
  return std::nullopt;
}

}  // namespace executor::sandbox
