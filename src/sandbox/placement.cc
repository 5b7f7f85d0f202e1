#include "sandbox/placement.h"

#include <algorithm>

namespace executor::sandbox {
namespace {

bool full(std::span<const WorkerFacts> all, std::size_t starting, const PoolShares& shares) {
  return all.size() + starting >= shares.workers;
}

// Used-up ones count: what they compute is CPU as well.
bool hasItsShare(std::span<const WorkerFacts> all, std::string_view tenant,
                 const PoolShares& shares) {
  const auto computes = [&](const WorkerFacts& w) { return w.tenant == tenant && isComputing(w); };
  return std::ranges::count_if(all, computes) >=
         static_cast<std::ptrdiff_t>(shares.computingPerTenant);
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
  return worker.overtaken >= kLongSlice || worker.silent >= kLongSilence;
}

std::size_t computingShare(std::size_t processors) {
  return std::clamp(processors, kMinComputingPerTenant, kMaxWorkers / 2);
}

// Not computing, of the tenant; then the spare; then, where there is no other place for it, one
// that computes. A tenant at its share whose own workers take nothing more gets the spare: the
// share bounds CPU, and must not leave a run without a place.
std::size_t chooseWorker(std::span<const WorkerFacts> all, std::size_t starting,
                         std::string_view tenant, const PoolShares& shares) {
  const auto own = [&](const WorkerFacts& w) { return w.tenant == tenant; };
  const std::size_t rested =
      leastLoaded(all, [&](const WorkerFacts& w) { return own(w) && !isComputing(w); });
  if (rested != kNoWorker) return rested;
  if (hasItsShare(all, tenant, shares)) {
    const std::size_t shared = leastLoaded(all, own);
    if (shared != kNoWorker) return shared;
  }
  const std::size_t spare = leastLoaded(all, [](const WorkerFacts& w) { return w.tenant.empty(); });
  if (spare != kNoWorker) return spare;
  if (!full(all, starting, shares)) return kNoWorker;
  return leastLoaded(all, own);
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
