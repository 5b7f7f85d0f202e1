// What programs have cost, so that a run is placed before it has shown what it is.
//
// Three judgements, by the CPU of a turn in the mean of a run. A program computes from
// kComputesMicros on: its next run starts among those that compute. It is quick below
// kQuickTurnMicros: never moved there. What is neither, or was never seen, is judged by its
// tenant: if the programs of it that nobody knew have lately not been quick, the next one is not
// expected to be. So a flood of programs, each of them new and of a millisecond, has its place
// beside the ordinary ones after half a dozen of them, and not before each has been seen.
//
// A wrong judgement costs a run its place in the queue for CPU on a loaded machine, nothing else;
// what a worker lies about its runs touches its own tenant only.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "sandbox/remembered-programs.h"

namespace executor::sandbox {

// CPU of a turn from which on a program counts among those that compute the next time. Sixteen
// such at once already delay their neighbours by a dozen milliseconds.
inline constexpr std::uint64_t kComputesMicros = 1'000;
// Up to which it is quick, and goes before others. Ordinary turns have half of it.
inline constexpr std::uint64_t kQuickTurnMicros = 250;
// Runs of unknown programs that the mean of a tenant is made of, about.
inline constexpr std::uint64_t kHabitRuns = 8;
// Tenants with a mean; beyond that all are forgotten.
inline constexpr std::size_t kMaxHabits = 1'024;

class ProgramCosts {
 public:
  // Whether a run of the program, of this tenant, is to start among those that compute.
  bool computes(std::string_view tenant, std::size_t program) const;
  // A run of it had so much CPU for each turn.
  void saw(std::string_view tenant, std::size_t program, std::uint64_t turnMicros);

 private:
  void learnHabit(std::size_t tenant, std::uint64_t turnMicros);

  RememberedPrograms computing_{kMaxComputingPrograms};
  RememberedPrograms quick_{kMaxQuickPrograms};
  // By the hash of a tenant: CPU of a turn of its unknown programs, times kHabitRuns.
  std::unordered_map<std::size_t, std::uint64_t> habits_;
};

}  // namespace executor::sandbox
