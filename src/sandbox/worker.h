// The worker process: many runs, one thread, one tenant.
//
// It reads frames from its only descriptor, gives each run its slices on fibers, and writes frames
// back. A slice is one turn of one run, or a part of it when the tick set it aside because other
// work waits. Machines of ended runs are restored after their end was sent, so that the next run
// finds a hot one. The frames come from the server and are trusted; what goes back is not.
#pragma once

#include "sandbox/machine.h"
#include "sandbox/strip.h"

namespace executor::sandbox {

// Machines kept restored and mapped for the next runs.
inline constexpr std::size_t kHotMachines = 8;
// CPU from which on a turn is long (D9). It then goes on elsewhere, or the worker gives way.
inline constexpr std::uint64_t kLongTurnMicros = 4'000;
// Serves `socket` until it closes; does not return. Tick and jail are in place. Image and stripper
// are the zygote's, shared copy on write.
[[noreturn]] void serveRuns(int socket, const Image& image, Stripper& stripper);

// Whether the worker has other work than the slice that runs: for installTick.
bool workerHasOtherWork();
// Tells the server whose turn it was, from the handler of a fault in host code: for installTick.
void workerMeetsFault();

}  // namespace executor::sandbox
