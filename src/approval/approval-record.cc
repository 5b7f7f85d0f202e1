// Between the record and what others see of it, and the count that is kept beside the records. A
// record changes its status in one place (leavePending), so count and wake-up cannot be forgotten.
#include "approval/approval-record.h"

#include <fmt/format.h>

#include "base/fault.h"
namespace executor::approval {

store::Schema approvalSchema() {
  return store::Schema::of<ApprovalRecord, ApprovalGrant, PendingCount>();
}

std::string_view name(Scope scope) { return store::detail::enumName(scope); }

bool parseScope(std::string_view text, Scope& out) {
  const auto scope = store::detail::enumOf<Scope>(text);
  if (scope) out = *scope;
  return scope.has_value();
}

// The words of ApprovalStatus, which clients know from the record.
std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::approved: return "approved";
    case Verdict::denied: return "denied";
    case Verdict::expired: return "expired";
    case Verdict::cancelled: return "cancelled";
  }
  std::unreachable();
}

// In the caller's transaction: count and record are written together or not at all.
Status countPending(store::Txn& txn, const std::string& workspaceId, std::int64_t by) {
  EXECUTOR_TRY(std::optional<PendingCount> found, txn.get<PendingCount>(workspaceId));
  PendingCount count = found.value_or(PendingCount{workspaceId, 0});
  // Never below zero: a count that went wrong must not lock a workspace out.
  count.pending = std::max<std::int64_t>(0, count.pending + by);
  if (by > 0 && count.pending > static_cast<std::int64_t>(kMaxPendingPerWorkspace)) {
    return fail(ErrorCode::limit_exceeded,
                fmt::format("The workspace has {} pending approvals, the most it may have.",
                            kMaxPendingPerWorkspace),
                "Decide or cancel some of them first.");
  }
  return txn.put(count);
}

// There is no way back to pending; the approval that is asked for again is another record.
Status leavePending(store::Txn& txn, ApprovalRecord& record, ApprovalStatus status, EpochMs now,
                    const Approvals::Waker& waker) {
  record.status = status;
  record.decidedAt = now;
  EXECUTOR_CHECK(txn.replace(record));
  EXECUTOR_CHECK(countPending(txn, record.workspaceId, -1));
  if (!EXECUTOR_FAULT(wake_up_lost)) txn.touch(topicOf(record.id));
  txn.touch(topicOfWorkspace(record.workspaceId));
  return waker ? waker(txn, record.executionId) : Status();
}

// One that is pending all the same, because a crash came between, still counts; its waiters go.
Result<std::size_t> removeApprovalsOf(store::Txn& txn, const std::string& executionId,
                                      std::size_t limit) {
  using Approvals = store::Page<ApprovalRecord>;
  EXECUTOR_TRY(const Approvals found,
               txn.scan<ApprovalRecord>("byExecution", {.prefix = {executionId}, .limit = limit}));
  for (const ApprovalRecord& record : found.items) {
    if (record.status == ApprovalStatus::pending) {
      EXECUTOR_CHECK(countPending(txn, record.workspaceId, -1));
      txn.touch(topicOf(record.id));
    }
    EXECUTOR_CHECK(txn.remove<ApprovalRecord>(record.id));
  }
  return found.items.size();
}

// One topic per approval: a decision wakes its own waiters and not ten thousand others.
std::string topicOf(std::string_view approvalId) { return fmt::format("approval/{}", approvalId); }

std::string topicOfWorkspace(std::string_view workspaceId) {
  return fmt::format("approvals/{}", workspaceId);
}

// The only way from a record to a client: the input is redacted here and nowhere else.
ApprovalView toView(const ApprovalRecord& record, std::size_t maxValueBytes) {
  ApprovalView view;
  view.id = record.id;
  view.workspaceId = record.workspaceId;
  view.executionId = record.executionId;
  view.callId = record.callId;
  view.toolPath = record.toolPath;
  view.method = record.method;
  view.origin = record.origin;
  view.summary = record.summary;
  view.status = store::detail::enumName(record.status);
  view.inputJson = redactInput(record.inputJson, maxValueBytes);
  view.inputHash = record.inputHash;
  view.decidedBy = record.decidedBy;
  view.reason = record.reason;
  view.scope = record.scope.value_or(Scope::once);
  view.grantedBy = record.grantedBy.value_or("");
  view.policyId = record.policyId.value_or("");
  view.createdAt = record.createdAt;
  view.decidedAt = record.decidedAt;
  view.expiresAt = record.expiresAt;
  return view;
}

// A pending record never gets here; anything but a clear decision reads as cancelled.
Ruling toRuling(const ApprovalRecord& record) {
  Verdict verdict = Verdict::cancelled;
  if (record.status == ApprovalStatus::approved) verdict = Verdict::approved;
  if (record.status == ApprovalStatus::denied) verdict = Verdict::denied;
  if (record.status == ApprovalStatus::expired) verdict = Verdict::expired;
  return {verdict, record.reason, record.decidedBy, record.scope.value_or(Scope::once),
          record.grantedBy.value_or("")};
}

}  // namespace executor::approval
