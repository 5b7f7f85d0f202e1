#include "sandbox/placement.h"

#include <algorithm>

namespace executor::sandbox {
namespace {

bool full(std::span<const WorkerFacts> all, std::size_t starting) {
  return all.size() + starting >= kMaxWorkers;
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

// Rested of the tenant, then the spare, then, only without room for another, a computing one.
std::size_t chooseWorker(std::span<const WorkerFacts> all, std::size_t starting,
                         std::string_view tenant) {
  const std::size_t rested = leastLoaded(
      all, [&](const WorkerFacts& w) { return w.tenant == tenant && w.busy < kLongSlice; });
  if (rested != kNoWorker) return rested;
  const std::size_t spare = leastLoaded(all, [](const WorkerFacts& w) { return w.tenant.empty(); });
  if (spare != kNoWorker) return spare;
  if (!full(all, starting)) return kNoWorker;
  return leastLoaded(all, [&](const WorkerFacts& w) { return w.tenant == tenant; });
}

// The spare is not a victim: it is what the tenant without a worker gets next.
std::size_t chooseVictim(std::span<const WorkerFacts> all, std::size_t starting) {
  if (!full(all, starting)) return kNoWorker;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].load == 0 && !all[i].tenant.empty()) return i;
  }
  return kNoWorker;
}

}  // namespace executor::sandbox
