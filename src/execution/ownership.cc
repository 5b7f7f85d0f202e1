#include "execution/ownership.h"

#include <fmt/format.h>

#include "base/fault.h"

namespace executor::execution {
namespace {

using Marker = std::optional<OpenExecution>;

std::unexpected<Error> notOurs(std::string_view id) {
  return fail(ErrorCode::conflict,
              fmt::format("Execution {} is run by another server process.", id));
}

// Never below zero: a count that went wrong must not lock a workspace out.
Result<std::int64_t> count(store::Txn& txn, const std::string& workspaceId, std::int64_t by) {
  EXECUTOR_TRY(auto found, txn.get<SuspendedCount>(workspaceId));
  SuspendedCount count = found.value_or(SuspendedCount{workspaceId, 0});
  if (by == 0) return count.suspended;
  count.suspended = std::max<std::int64_t>(0, count.suspended + by);
  EXECUTOR_CHECK(txn.put(count));
  return count.suspended;
}

bool isFree(const OpenExecution& marker, const Claim& claim) {
  if (marker.nodeId != claim.from) return false;
  return !claim.from.empty() || marker.wakeAt <= claim.now;
}

// The record if `mine` is what the store has: same owner, same epoch, every event.
Status checkOwner(store::Txn& txn, const ExecutionRecord& mine) {
  EXECUTOR_TRY(auto found, txn.get<ExecutionRecord>(mine.id));
  const bool same = found && found->epoch == mine.epoch && found->nodeId == mine.nodeId &&
                    found->nextSeq == mine.nextSeq && !isFinal(found->state);
  if (!same) return notOurs(mine.id);
  return {};
}

Status putOwner(store::Txn& txn, ExecutionRecord& record, std::string node) {
  record.nodeId = std::move(node);
  txn.touch(executionTopic(record.id));
  return txn.replace(record);
}

// By the wall clock, like the timers themselves; a clock that was set back costs nothing.
std::int64_t ranOn(const OpenExecution& marker, EpochMs now) {
  return marker.clockSince == 0 ? 0 : std::max<EpochMs>(0, now - marker.clockSince);
}

}  // namespace

std::string cancelTopic(std::string_view nodeId) { return fmt::format("cancel/{}", nodeId); }

std::string executionTopic(std::string_view executionId) {
  return fmt::format("execution/{}", executionId);
}

EpochMs expiryOf(const ExecutionRecord& record) {
  return record.createdAt + limitsOf(record).waitingDays * kDayMs;
}

Result<std::optional<Claimed>> claim(store::Txn& txn, const Claim& claim) {
  EXECUTOR_TRY(Marker marker, txn.get<OpenExecution>(claim.id));
  if (!marker || !isFree(*marker, claim)) return std::nullopt;
  EXECUTOR_TRY(auto record, txn.get<ExecutionRecord>(claim.id));
  if (!record || isFinal(record->state)) {
    EXECUTOR_CHECK(txn.remove<OpenExecution>(claim.id));
    return std::nullopt;
  }
  Claimed claimed;
  claimed.wasSuspended = marker->suspended;
  EXECUTOR_TRY(claimed.suspended, count(txn, record->workspaceId, marker->suspended ? -1 : 0));
  EXECUTOR_TRY(auto cancel, txn.get<CancelRequest>(claim.id));
  if (cancel) claimed.cancelReason = cancel->reason;
  ++record->epoch;
  record->usedMs += ranOn(*marker, claim.now);
  EXECUTOR_CHECK(putOwner(txn, *record, claim.node));
  EXECUTOR_CHECK(txn.replace(OpenExecution{claim.id, record->workspaceId, claim.node}));
  claimed.record = *std::move(record);
  return claimed;
}

Result<std::int64_t> leave(store::Txn& txn, const Leave& leave, approval::Approvals& approvals) {
  EXECUTOR_CHECK(checkOwner(txn, leave.record));
  OpenExecution marker{leave.record.id, leave.record.workspaceId, "",
                       leave.wakeAt,    leave.clockSince,         true};
  for (const std::string& id : leave.approvals) {
    EXECUTOR_TRY(const auto ruling, approvals.ruled(txn, id));
    if (ruling) marker.wakeAt = 0;
  }
  // One that sleeps may be due before all that those who look know of.
  if (marker.wakeAt == 0 || leave.clockSince != 0) txn.touch(std::string(kDueTopic));
  EXECUTOR_CHECK(txn.put(marker));
  ExecutionRecord record = leave.record;
  EXECUTOR_CHECK(putOwner(txn, record, ""));
  return count(txn, record.workspaceId, 1);
}

Status handOver(store::Txn& txn, const ExecutionRecord& mine) {
  EXECUTOR_CHECK(checkOwner(txn, mine));
  ExecutionRecord record = mine;
  EXECUTOR_CHECK(txn.put(OpenExecution{record.id, record.workspaceId}));
  txn.touch(std::string(kDueTopic));
  return putOwner(txn, record, "");
}

Status wake(store::Txn& txn, const std::string& executionId) {
  if (EXECUTOR_FAULT(wake_up_lost)) return {};
  EXECUTOR_TRY(Marker marker, txn.get<OpenExecution>(executionId));
  if (!marker || !marker->nodeId.empty()) return {};
  txn.touch(std::string(kDueTopic));
  if (marker->wakeAt == 0) return {};
  marker->wakeAt = 0;
  return txn.replace(*marker);
}

Status postpone(store::Txn& txn, const std::string& executionId, const std::string& node,
                EpochMs until) {
  EXECUTOR_TRY(Marker marker, txn.get<OpenExecution>(executionId));
  const bool anothers = marker && !marker->nodeId.empty() && marker->nodeId != node;
  if (!marker || anothers) return {};
  marker->nodeId.clear();
  marker->wakeAt = until;
  return txn.replace(*marker);
}

Status checkRunner(store::Txn& txn, const std::string& executionId, const std::string& node) {
  EXECUTOR_TRY(Marker marker, txn.get<OpenExecution>(executionId));
  if (!marker || marker->nodeId != node) return notOurs(executionId);
  return {};
}

// In the order of being due; one more is looked at to know when to look again.
Result<Due> findDue(store::Txn& txn, EpochMs now, std::size_t limit) {
  EXECUTOR_TRY(auto page,
               txn.scan<OpenExecution>("byOwner", {.prefix = {std::string()}, .limit = limit + 1}));
  Due due;
  for (OpenExecution& marker : page.items) {
    if (marker.wakeAt > now || due.ids.size() == limit) {
      due.next = marker.wakeAt;
      break;
    }
    due.ids.push_back(std::move(marker.id));
  }
  return due;
}

Result<std::vector<std::string>> ownedBy(store::Txn& txn, const std::string& node) {
  std::vector<std::string> ids;
  std::string after;
  do {
    EXECUTOR_TRY(auto page,
                 txn.scan<OpenExecution>(
                     "byOwner", {.prefix = {node}, .limit = store::kMaxScan, .after = after}));
    for (OpenExecution& open : page.items) ids.push_back(std::move(open.id));
    after = page.nextCursor;
  } while (!after.empty());
  return ids;
}

// What has no marker is final or was never stored: nobody took it.
Result<std::vector<std::string>> notOwned(store::Txn& txn, const std::vector<std::string>& ids,
                                          const std::string& node) {
  std::vector<std::string> lost;
  for (const std::string& id : ids) {
    EXECUTOR_TRY(Marker marker, txn.get<OpenExecution>(id));
    if (marker && marker->nodeId != node) lost.push_back(id);
  }
  return lost;
}

}  // namespace executor::execution
