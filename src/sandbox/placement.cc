#include "sandbox/placement.h"

#include <algorithm>

namespace executor::sandbox {
namespace {

bool full(std::span<const WorkerFacts> all, std::size_t starting, const PoolShares& shares) {
  return all.size() + starting >= shares.workers;
}

// A worker of the run's tenant that a run of its kind is not in the wrong place in.
bool suits(const WorkerFacts& worker, const RunFacts& run) {
  return worker.tenant == run.tenant && (run.computing ? worker.givesWay : !isComputing(worker));
}

template <class Fits>
std::size_t count(std::span<const WorkerFacts> all, const Fits& fits) {
  return static_cast<std::size_t>(std::ranges::count_if(all, fits));
}

// The least loaded of those `fits` accepts; the first of equals, so that others may fall idle.
template <class Fits>
std::size_t leastLoaded(std::span<const WorkerFacts> all, Fits&& fits) {
  std::size_t best = kNoWorker;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!mayTake(all[i]) || !fits(all[i])) continue;
    if (best == kNoWorker || all[i].load < all[best].load) best = i;
  }
  return best;
}

}  // namespace

bool isUsedUp(const WorkerFacts& worker) {
  return worker.tainted || worker.started >= kRunsBeforeRecycling || worker.age >= kWorkerAge;
}

bool mayTake(const WorkerFacts& worker) {
  return worker.ready && !isUsedUp(worker) && worker.load < kMaxRunsPerWorker;
}

bool hasSpare(std::span<const WorkerFacts> all) {
  return std::ranges::any_of(all,
                             [](const WorkerFacts& w) { return w.tenant.empty() && !isUsedUp(w); });
}

bool mayEnd(const WorkerFacts& worker) {
  if (worker.load > 0) return false;
  return isUsedUp(worker) || (!worker.tenant.empty() && worker.idle > kIdleWorker);
}

bool isComputing(const WorkerFacts& worker) {
  return worker.givesWay || worker.overtaken >= kLongSlice || worker.silent >= kLongSilence;
}

PoolShares sharesOf(std::size_t workers, std::size_t processors) {
  const std::size_t own = std::max<std::size_t>(1, workers - workers / 4);
  return {.workers = workers,
          .perTenant = own,
          .computingPerTenant = std::clamp<std::size_t>(processors, 1, own > 1 ? own - 1 : 1)};
}

// A suitable worker of its own; then another for it, if there may be one; then any of its own. One
// that takes nothing more is none, whatever the shares say: they bound CPU, and must not leave a
// run without a place.
std::size_t chooseWorker(std::span<const WorkerFacts> all, std::size_t starting,
                         const RunFacts& run, const PoolShares& shares) {
  const auto own = [&](const WorkerFacts& w) { return w.tenant == run.tenant; };
  const auto suitable = [&](const WorkerFacts& w) { return suits(w, run); };
  const std::size_t best = leastLoaded(all, suitable);
  // Computing runs spread over their workers first.
  const bool spread = run.computing && best != kNoWorker && all[best].load > 0 &&
                      count(all, suitable) < shares.computingPerTenant;
  if (best != kNoWorker && !spread) return best;
  const std::size_t any = best != kNoWorker ? best : leastLoaded(all, own);
  if (any != kNoWorker && count(all, own) >= shares.perTenant) return any;
  const std::size_t spare = leastLoaded(all, [](const WorkerFacts& w) { return w.tenant.empty(); });
  if (spare != kNoWorker) return spare;
  return full(all, starting, shares) ? any : kNoWorker;
}

// The spare is not a victim: it is what the tenant without a worker gets next.
std::size_t chooseVictim(std::span<const WorkerFacts> all, std::size_t starting,
                         const PoolShares& shares) {
  if (!full(all, starting, shares)) return kNoWorker;
  std::size_t victim = kNoWorker;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].tenant.empty()) continue;
    if (all[i].load == 0) return i;
    if (all[i].rest < kLongRest) continue;
    if (victim == kNoWorker || all[i].rest > all[victim].rest) victim = i;
  }
  return victim;
}

}  // namespace executor::sandbox
