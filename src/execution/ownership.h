// Who runs an execution: every way it changes hands, each one transaction.
//
// An execution that is not final has a marker (OpenExecution). It names the node that runs it, or
// nobody. Nobody's are the suspended (all they wait for is a person or a later time), those that a
// stopping server handed over, and those of a node that was found dead. They all come back the same
// way: when wakeAt has come, one node claims it, which raises the epoch, and replays its journal.
// So there is one path of recovery, and it is used all day long.
//
// Guarantee: of all servers on one store at most one can add to the journal of an execution. A
// claim changes owner and epoch of the record in the transaction that finds it free, and every
// append compares both and the next sequence (journal.cc). An owner that was declared dead and is
// not may go on until somebody claims; from then on it can write nothing, so it can send nothing
// that must not be sent twice (D7).
//
// What wakes a suspended execution writes wakeAt = 0 in its own transaction: a decision is durable
// together with the wake-up that it causes, whichever process made it. Deliberately missing: a
// queue of wake-ups. The markers are one, ordered by an index.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "approval/approval.h"
#include "execution/execution-record.h"

namespace executor::execution {

// Touched when an execution that nobody owns may have become due.
inline constexpr std::string_view kDueTopic = "executions-due";
// Touched when something was asked of the executions of a node.
std::string cancelTopic(std::string_view nodeId);
// Touched whenever something of the execution becomes durable.
std::string executionTopic(std::string_view executionId);
// From then on it is cancelled as `expired`, whatever it waits for (D11).
EpochMs expiryOf(const ExecutionRecord& record);

inline constexpr std::size_t kOwnershipBatch = 50;  // markers changed in one transaction

// An execution as its new owner gets it.
struct Claimed {
  ExecutionRecord record;
  std::optional<std::string> cancelReason;  // somebody asked its former owner to end it
  bool wasSuspended = false;                // as against left behind
  std::int64_t suspended = 0;               // those left in its workspace
};

// Takes it from `from` (empty: from nobody, if it is due); none if it is not there to be taken.
// What its clock ran on meanwhile is in usedMs.
struct Claim {
  std::string id, from, node;
  EpochMs now = 0;
};
Result<std::optional<Claimed>> claim(store::Txn& txn, const Claim& claim);

// Gives it up for a reason of its own: it waits. Fails with `conflict` if it is not the owner's any
// more. Approvals that were decided since make it due at once.
struct Leave {
  ExecutionRecord record;  // as it is in memory, all events durable
  EpochMs wakeAt = 0, clockSince = 0;
  std::vector<std::string> approvals;
};
Result<std::int64_t> leave(store::Txn& txn, const Leave& leave, approval::Approvals& approvals);

// Gives it up because the server stops: due at once. Same errors.
Status handOver(store::Txn& txn, const ExecutionRecord& record);

// Whatever this execution waits for may have happened. No effect on one that somebody runs.
Status wake(store::Txn& txn, const std::string& executionId);
// It could not be taken up; not before `until`.
// No effect if another than `node` runs it by now.
Status postpone(store::Txn& txn, const std::string& executionId, const std::string& node,
                EpochMs until);

// `conflict` unless `node` runs it.
Status checkRunner(store::Txn& txn, const std::string& executionId, const std::string& node);

struct Due {
  std::vector<std::string> ids;
  std::optional<EpochMs> next;  // when the first of the others is due
};
Result<Due> findDue(store::Txn& txn, EpochMs now, std::size_t limit);

// The executions a node owns, by id.
Result<std::vector<std::string>> ownedBy(store::Txn& txn, const std::string& node);
// Of `ids`, those that another node or nobody owns by now.
Result<std::vector<std::string>> notOwned(store::Txn& txn, const std::vector<std::string>& ids,
                                          const std::string& node);

}  // namespace executor::execution
