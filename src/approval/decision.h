// The rules of approvals, each a function over a transaction.
//
// What two people or two processes do at once is settled by the transaction and by nothing in
// memory. A rule that may concern many records (the end of an execution, expiry, a grant) changes
// as many as fit into one transaction and says whether there are more: inputs are sealed with their
// records, and a hundred calls may wait together.
#pragma once

#include <functional>
#include <string>

#include "approval/approval-record.h"
#include "base/principal.h"

namespace executor::approval {

// Of one transaction of a rule over many: records, and bytes of their inputs. Well under the
// store's own limits (txn.h), because a record is more than its input.
inline constexpr std::size_t kBatchRecords = 50;
inline constexpr std::size_t kBatchInputBytes = 400u << 10;

// One text for absent and foreign, so that ids of other workspaces cannot be probed.
std::unexpected<Error> noSuchApproval(std::string_view id);

// The record if it belongs to the workspace; a foreign one is as if it were not there.
Result<ApprovalRecord> ownRecord(store::Txn& txn, const std::string& workspaceId,
                                 const std::string& id);

struct Decision {
  Principal principal;
  std::string id, reason;
  bool approve = false;
  Scope scope = Scope::once;
  EpochMs now = 0;
};

// `not_found`, `already_decided`, and what `makePolicy` refuses.
Result<ApprovalView> applyDecision(store::Txn& txn, const Decision& decision,
                                   const MakePolicy& makePolicy,
                                   const Approvals::Waker& waker = {});

// Approves what the execution asked for the same tool while the grant was being made. True if there
// may be more of it.
Result<bool> approveGranted(store::Txn& txn, const std::string& approvalId, EpochMs now,
                            const Approvals::Waker& waker = {});

// A new record as it is to be inserted: approved at once where a grant covers it.
Result<ApprovalRecord> newRecord(store::Txn& txn, const ApprovalDraft& draft, EpochMs now);

// Binds the sending to the decision (invariant 4): approved, not yet spent, and for these very
// bytes. A `repeatable` call may use its own approval again.
Status markUsed(store::Txn& txn, const std::string& id, const std::string& inputHash,
                bool repeatable, EpochMs now);

// Of an execution that has ended: pending approvals are cancelled, grants go. True: there are more.
Result<bool> endSome(store::Txn& txn, const std::string& executionId, EpochMs now,
                     const Approvals::Waker& waker = {});

// How many were expired; 0 when none is left.
Result<std::size_t> expireSome(store::Txn& txn, EpochMs now, const Approvals::Waker& waker = {});

}  // namespace executor::approval
