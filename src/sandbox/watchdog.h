// Decides when a worker is lost, from what the server can see of it.
//
// A worker is one thread that runs code of strangers. Its own tick ends a program that computes too
// long; this is the layer outside of it, for a worker whose tick does not work any more because it
// is compromised, wedged in the kernel, or wrong. The verdict rests on CPU time and on silence, not
// on wall time: on a loaded host a healthy worker may say nothing for seconds. Only a stop has a
// deadline in wall time, because somebody waits for it.
//
// Pure: it is given samples and keeps counters, so that every verdict is testable without a process
// and without waiting. The caller (WorkerLink) samples twice a second and does the killing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace executor::sandbox {

// From a StopFrame to the worker's answer. A slice sees the stop at its next tick, 2 ms of CPU
// later; the rest is for a host that gives the worker no CPU.
inline constexpr std::chrono::seconds kStopGrace{5};
// CPU beyond the budgets of all its runs, without a word: what the worker needs for itself (reading
// frames, restoring machines, stripping types).
inline constexpr std::chrono::nanoseconds kCpuGrace = std::chrono::seconds(2);
// Samples without a word and without CPU, half a minute of them: it sleeps in a call it should not
// be in.
inline constexpr int kMaxStillSamples = 60;

// The verdict on a worker whose own tick does not end what it computes.
inline constexpr std::string_view kBeyondBudgets = "it used CPU beyond all budgets";

// What is known about a worker at one moment.
struct WorkerSample {
  // CPU time of the process so far; nullopt when it could not be read, which is when it is gone:
  // then its socket tells, not this.
  std::optional<std::chrono::nanoseconds> cpu;
  bool spoke = false;                      // a byte came since the last sample
  bool owesAnswer = false;                 // some run was given a turn that has not ended
  std::chrono::milliseconds budgets{};     // sum of the CPU limits of its runs
  std::chrono::nanoseconds longestStop{};  // how long the oldest stop has waited; zero if none
};

class Watchdog {
 public:
  // Why the worker is to be killed; nullopt while it may live. The text is for the log.
  std::optional<std::string_view> judge(const WorkerSample& sample);

 private:
  // Starts counting anew: a worker that spoke or owes nothing is well.
  void rest(const WorkerSample& sample);

  std::chrono::nanoseconds cpuBefore_{};  // when it last was well
  std::chrono::nanoseconds cpuLast_{};    // at the last sample
  int still_ = 0;                         // samples in a row without CPU
};

}  // namespace executor::sandbox
