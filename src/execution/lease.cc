#include "execution/lease.h"

#include "base/crash-point.h"
#include "base/fault.h"
#include "base/log.h"
#include "execution/ownership.h"

namespace executor::execution {

std::vector<LeaseWatch::Sighting> LeaseWatch::judge(const std::vector<Sighting>& seen,
                                                    SteadyTime now) {
  std::vector<Sighting> dead;
  std::map<std::string, Known, std::less<>> known;
  for (const Sighting& one : seen) {
    const auto before = known_.find(one.node);
    const bool still = before != known_.end() && before->second.beat == one.beat;
    const SteadyTime since = still ? before->second.since : now;
    known[one.node] = {one.beat, since};
    if (now - since >= expires_ || EXECUTOR_FAULT(lease_early)) dead.push_back(one);
  }
  known_ = std::move(known);
  return dead;
}

Result<NodeRecord> raiseBeat(store::Txn& txn, const std::string& node) {
  EXECUTOR_TRY(std::optional<NodeRecord> found, txn.get<NodeRecord>(node));
  NodeRecord record = found.value_or(NodeRecord{node});
  ++record.beat;
  EXECUTOR_CHECK(txn.put(record));
  return record;
}

// One jump in the index per node, however many executions it has. The lowest text above a name is
// the name with a zero byte; an empty name is nobody's.
Result<std::vector<LeaseWatch::Sighting>> othersWithWork(store::Txn& txn, const std::string& self) {
  std::vector<LeaseWatch::Sighting> others;
  std::string from(1, '\0');
  for (;;) {
    EXECUTOR_TRY(auto page, txn.scan<OpenExecution>("byOwner", {.from = from, .limit = 1}));
    if (page.items.empty()) return others;
    std::string node = std::move(page.items.front().nodeId);
    from = node + '\0';
    if (node == self) continue;
    EXECUTOR_TRY(std::optional<NodeRecord> record, txn.get<NodeRecord>(node));
    others.push_back({std::move(node), record ? record->beat : 0});
  }
}

// The record of each stays as it is until it is claimed: who is alive after all can go on till
// then.
Result<bool> giveUpFor(store::Txn& txn, const LeaseWatch::Sighting& dead) {
  EXECUTOR_TRY(std::optional<NodeRecord> found, txn.get<NodeRecord>(dead.node));
  NodeRecord record = found.value_or(NodeRecord{dead.node});
  if (record.beat != dead.beat) return false;
  EXECUTOR_TRY(auto page, txn.scan<OpenExecution>(
                              "byOwner", {.prefix = {dead.node}, .limit = kOwnershipBatch}));
  if (page.items.empty()) return false;
  for (OpenExecution& marker : page.items) {
    marker.nodeId.clear();
    marker.wakeAt = 0;
    EXECUTOR_CHECK(txn.replace(marker));
  }
  ++record.losses;
  EXECUTOR_CHECK(txn.put(record));
  txn.touch(std::string(kDueTopic));
  return true;
}

Lease::Lease(store::Store& store, std::string node, LeaseTimes times, Events events)
    : store_(store),
      node_(std::move(node)),
      times_(times),
      events_(std::move(events)),
      watch_(times.expires) {}

void Lease::stop() {
  stopped_ = true;
  events_ = {};
  stop_.notify();
}

// After each wait the world may be gone; stopped_ says so before anything of it is touched.
Task<void> Lease::keep(std::shared_ptr<Lease> self) {
  while (!self->stopped_) {
    if (self->events_.busy() || !self->losses_) co_await self->beatOnce();
    if (!self->stopped_) co_await self->watchOthers();
    if (!self->stopped_) co_await self->stop_.wait(deadlineAfter(self->times_.beat));
  }
}

// A beat that could not be written is tried again at the next; a store that takes none takes no
// append either, so nothing unsafe happens meanwhile.
Task<void> Lease::beatOnce() {
  auto write = [node = node_](store::Txn& txn) { return raiseBeat(txn, node); };
  Result<NodeRecord> record = co_await store_.write(std::move(write));
  if (stopped_) co_return;
  if (!record) {
    logError(LogLevel::warn, "beat_not_written", record.error());
    co_return;
  }
  const bool lost = losses_ && *losses_ != record->losses;
  losses_ = record->losses;
  if (lost) events_.lost();
}

Task<void> Lease::watchOthers() {
  auto read = [node = node_](store::Txn& txn) { return othersWithWork(txn, node); };
  auto others = co_await store_.read(std::move(read));
  if (stopped_ || !others) co_return;
  for (const auto& dead : watch_.judge(*others, SteadyClock::now())) {
    crashPoint(CrashPoint::before_take_over);
    log(LogLevel::warn, "node_lost", {{"node", dead.node}});
    bool more = true;
    while (more && !stopped_) {
      auto given = co_await store_.write([dead](store::Txn& txn) { return giveUpFor(txn, dead); });
      more = given && *given;
    }
    crashPoint(CrashPoint::after_take_over);
    if (stopped_) co_return;
  }
}

}  // namespace executor::execution
