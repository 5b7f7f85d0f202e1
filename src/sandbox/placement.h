// Which worker a new run goes to, and which worker has to go: the rules of the pool, as functions.
//
// LocalRuntime knows processes, this knows only numbers about them, so each rule is a test without
// a process. In the order of their weight:
//   1. A worker serves one tenant (D39). Nothing else about a run can move it across.
//   2. Runs that are known to compute share workers of their own, which give way to all others: as
//      many as the machine has processors, since more of them would compute no faster.
//   3. Any other run never waits behind a program that computes: such a worker is taken only when
//      the tenant can have no other. Many short programs that queue are not computing: a second
//      worker would only cost them CPU.
//   4. No tenant has all of the places.
//   5. A tenant without a worker gets one, if need be that of others who only wait: their runs go
//      on elsewhere by replay.
//   6. A worker is used up after so many runs, after so long, or once it is tainted. Recycling
//      bounds what a slow leak or a bent allocator can become.
// Computing is told from queueing by order: a worker serves turns first come, first served, and
// sets aside what computes. So a turn that a later one has overtaken computes, however young it is,
// and one that waits behind others does not, however old it is. Beside that only silence tells.
// Memory is not weighed here: the number of places and the memory of each are in worker-memory.h.
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
// An overtaken turn computes from this age on: the tick set it aside at least once.
inline constexpr std::chrono::milliseconds kLongSlice{2};
// A worker that owes an answer and says nothing for so long is in one piece of work that nobody
// waits behind yet. More than a slice: on a loaded host it may just have no CPU.
inline constexpr std::chrono::milliseconds kLongSilence{10};
// Between turns all of its runs wait for the world outside. After so long the place is worth more
// to a tenant that has none than the replay costs.
inline constexpr std::chrono::seconds kLongRest{1};

// How the places are shared.
struct PoolShares {
  std::size_t workers = kMaxWorkers;
  std::size_t perTenant = kMaxWorkers;           // of all of them
  std::size_t computingPerTenant = kMaxWorkers;  // of those that give way
};
// For so many places on a machine of so many processors. A quarter of the places is beyond any one
// tenant, and of its own at least one is for runs that do not compute.
PoolShares sharesOf(std::size_t workers, std::size_t processors);

// What counts of a run.
struct RunFacts {
  std::string_view tenant;
  bool computing = false;
};

// What placement looks at. Durations are ages at the moment of the decision.
struct WorkerFacts {
  std::string_view tenant;  // empty: a spare, nobody's yet
  bool ready = true;        // it said so; before that it has no machine
  bool tainted = false;     // it asked to take no more runs (a trap in the engine or the stripper)
  bool givesWay = false;    // it is for runs that compute
  std::size_t load = 0;     // runs not ended
  std::uint32_t started = 0;
  std::chrono::nanoseconds age{};
  std::chrono::nanoseconds overtaken{};  // age of the oldest turn that a later one overtook
  std::chrono::nanoseconds silent{};     // owes an answer and says nothing; zero at rest
  std::chrono::nanoseconds rest{};       // since it last owed one; zero while it does
  std::chrono::nanoseconds idle{};       // since its last run ended; counts only if load is 0
};

// Whether a program computes in it, as opposed to many that queue.
bool isComputing(const WorkerFacts& worker);

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

// Index of the worker for the run, or kNoWorker: then the run waits for a worker that is
// being made. `all` is every worker there is; `starting` counts those that are not in it yet.
inline constexpr std::size_t kNoWorker = SIZE_MAX;
std::size_t chooseWorker(std::span<const WorkerFacts> all, std::size_t starting,
                         const RunFacts& run, const PoolShares& shares);

// Index of the worker that gives up its place when all are taken and a tenant has none: an idle
// one, else the one that has been at rest the longest. kNoWorker when there still is a place or
// everybody works.
std::size_t chooseVictim(std::span<const WorkerFacts> all, std::size_t starting,
                         const PoolShares& shares);

}  // namespace executor::sandbox
