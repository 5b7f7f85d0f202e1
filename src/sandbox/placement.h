// Which worker a new run goes to, and which worker has to go: the rules of the pool, as functions.
//
// LocalRuntime knows processes, this knows only numbers about them, so each rule is a test without
// a process. In the order of their weight:
//   1. A worker serves one tenant (D39). Nothing else about a run can move it across.
//   2. A run never waits behind a program that computes: a worker deep in a slice is taken only
//      when there is no place for another worker.
//   3. A worker is used up after so many runs, after so long, or once it is tainted. Recycling
//      bounds what a slow leak or a bent allocator can become.
// Deliberately missing: any weighing of memory. Waiting runs are frozen to a few KiB, and what runs
// is bounded by kWorkerMemoryBytes of the process.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace executor::sandbox {

// Processes of one server, starting ones included.
inline constexpr std::size_t kMaxWorkers = 16;
// Not ended, in one worker; most of them wait. Also what dies together when a worker does.
inline constexpr std::size_t kMaxRunsPerWorker = 256;
// Started over the life of one worker.
inline constexpr std::uint32_t kRunsBeforeRecycling = 20'000;
inline constexpr std::chrono::minutes kWorkerAge{30};
// A tenant's worker without a run is kept this long: the next program of an agent usually comes
// within seconds, and a warm worker saves it the wait for a spare.
inline constexpr std::chrono::seconds kIdleWorker{20};
// A turn that has lasted longer is computing, or waiting for CPU behind one that does.
inline constexpr std::chrono::milliseconds kLongSlice{2};

// What placement looks at. Durations are ages at the moment of the decision.
struct WorkerFacts {
  std::string_view tenant;  // empty: a spare, nobody's yet
  bool ready = true;        // it said so; before that it has no machine
  bool tainted = false;     // it asked to take no more runs (a trap in the engine or the stripper)
  std::size_t load = 0;     // runs not ended
  std::uint32_t started = 0;
  std::chrono::nanoseconds age{};
  std::chrono::nanoseconds busy{};  // of its slowest turn in progress; zero at rest
  std::chrono::nanoseconds idle{};  // since its last run ended; counts only if load is 0
};

// Tainted, or at the end of its runs or its time: it finishes what it has and takes no more.
bool isUsedUp(const WorkerFacts& worker);

// Whether the worker takes another run at all, whoever's.
bool mayTake(const WorkerFacts& worker);

// Whether there is a worker without a tenant that can be given one, now or once it has started. A
// spare that grew old unused is none: counting it would leave a run waiting for it forever.
bool hasSpare(std::span<const WorkerFacts> all);

// Whether an idle worker is to be ended: it is used up, or has been kept for its tenant long
// enough. A spare only goes when it is used up.
bool mayEnd(const WorkerFacts& worker);

// Index of the worker for a run of `tenant`, or kNoWorker: then the run waits for a worker that is
// being made. `all` is every worker there is; `starting` counts those that are not in it yet.
inline constexpr std::size_t kNoWorker = SIZE_MAX;
std::size_t chooseWorker(std::span<const WorkerFacts> all, std::size_t starting,
                         std::string_view tenant);

// Index of the worker that gives up its place when all are taken and a tenant has none, or
// kNoWorker when there still is a place or nobody is idle.
std::size_t chooseVictim(std::span<const WorkerFacts> all, std::size_t starting);

}  // namespace executor::sandbox
