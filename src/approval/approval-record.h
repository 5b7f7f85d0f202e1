// The stored form of an approval. The input is sealed; everything a list shows is not.
//
// PendingCount keeps the number of pending approvals of a workspace beside the records, in the same
// transactions, because counting ten thousand of them at each new one would cost more than the
// call.
#pragma once

#include "approval/approval.h"
#include "store/store.h"

namespace executor::approval {

enum class ApprovalStatus : std::uint8_t { pending, approved, denied, expired, cancelled };
BOOST_DESCRIBE_ENUM(ApprovalStatus, pending, approved, denied, expired, cancelled)

struct ApprovalRecord {
  std::string id, workspaceId, executionId, callId, toolPath, toolSetHash, method, origin, summary;
  std::uint32_t n = 0;
  ApprovalStatus status = ApprovalStatus::pending;
  std::string inputJson, inputHash;
  std::string decidedBy, reason;
  EpochMs createdAt = 0, decidedAt = 0, expiresAt = 0, usedAt = 0;
  std::optional<Scope> scope;  // none: once
  std::optional<std::string> grantedBy, policyId;
};
RECORD(ApprovalRecord, "approval",
       FIELDS(id, workspaceId, executionId, callId, toolPath, toolSetHash, method, origin, summary,
              n, status, inputJson, inputHash, decidedBy, reason, createdAt, decidedAt, expiresAt,
              usedAt, scope, grantedBy, policyId),
       KEY(id), WORKSPACE(workspaceId), INDEX(byWorkspace, workspaceId),
       INDEX(byStatus, workspaceId, status), INDEX(byExecution, executionId),
       INDEX(byDue, status, expiresAt), SEALED(inputJson));

// Calls of this execution to this tool need no further human. It is there as long as the execution
// runs or waits.
struct ApprovalGrant {
  std::string id;  // execution and tool
  std::string executionId, toolPath, approvalId, toolSetHash, origin, decidedBy, reason;
  EpochMs grantedAt = 0;
};
RECORD(ApprovalGrant, "approval_grant",
       FIELDS(id, executionId, toolPath, approvalId, toolSetHash, origin, decidedBy, reason,
              grantedAt),
       KEY(id), INDEX(byExecution, executionId));

struct PendingCount {
  std::string workspaceId;
  std::int64_t pending = 0;
};
RECORD(PendingCount, "approval_count", FIELDS(workspaceId, pending), KEY(workspaceId));

// Adds to the count of a workspace; `limit_exceeded` when it would pass kMaxPendingPerWorkspace.
Status countPending(store::Txn& txn, const std::string& workspaceId, std::int64_t by);

// Moves a pending record to `status`, in the transaction, and wakes its waiters after the commit
// and its execution by `waker`, if there is one.
Status leavePending(store::Txn& txn, ApprovalRecord& record, ApprovalStatus status, EpochMs now,
                    const Approvals::Waker& waker = {});

// Removes up to `limit` approvals of an execution that is gone; how many. Zero: there are none.
Result<std::size_t> removeApprovalsOf(store::Txn& txn, const std::string& executionId,
                                      std::size_t limit);

// What woke waiters watch.
std::string topicOf(std::string_view approvalId);
std::string topicOfWorkspace(std::string_view workspaceId);

// `maxValueBytes` as redactInput has it.
ApprovalView toView(const ApprovalRecord& record, std::size_t maxValueBytes = 0);
Ruling toRuling(const ApprovalRecord& record);

}  // namespace executor::approval
