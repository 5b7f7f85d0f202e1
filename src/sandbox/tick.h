// The clock that bounds guest code: a timer on the CPU time of the worker's thread.
//
// Its signal ends a slice whose CPU budget is used up, wherever the guest is, and sets a slice
// aside when other work waits or its turn has become a long one. CPU time, not wall time: a loaded
// host shortens nobody's budget.
//
// A kernel looks at such a timer with its own tick only, every 4 ms where that is 250 Hz. So a
// slice is looked at by the engine's polls, too, which come several times in a millisecond of
// JavaScript; the timer is for what does not poll: a sort, a reversal, a regular expression.
#pragma once

#include <cstdint>

#include "sandbox/linear-memory.h"

namespace executor::sandbox {

// What the signal handler reads. Set by the scheduler before it resumes a fiber.
struct Slice {
  std::uint64_t usedMicros = 0;    // by earlier slices of the run
  std::uint64_t budgetMicros = 0;  // of the run
  std::uint64_t startedMicros = 0;
  std::uint64_t longAtMicros = UINT64_MAX;  // of the run's CPU: beyond it its turn is long
  bool mayYield = false;
  bool stop = false;  // the host has ended the run
};
Slice& currentSlice();

// CPU a slice may use before polls set it aside for others. Far more than an ordinary turn, and
// what a program waits behind each other one that begins to compute.
inline constexpr std::uint64_t kShortSliceMicros = 500;

// At a poll of the engine: as the timer's signal, once the slice has had kShortSliceMicros. May
// come back much later, or not at all. Guest: nothing with a destructor may be on the stack.
void pollSlice();

// CPU time of this thread.
std::uint64_t threadCpuMicros();

// Installs handlers, alternate stack and timer; false with errno set. `otherWork` is called from
// the handler, and `hostFault` before the process dies of a fault in host code: async-signal-safe
// code only.
bool installTick(bool (*otherWork)(), void (*hostFault)() = nullptr);

}  // namespace executor::sandbox
