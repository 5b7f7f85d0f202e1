#include "approval/decision.h"

#include <fmt/format.h>

#include "base/crypto.h"
#include "base/fault.h"
#include "base/text.h"

namespace executor::approval {
namespace {

using store::Txn;

constexpr std::string_view kNothingSent = "Nothing was sent. Run the program again to ask again.";

// Names by whom and when, so that the second of two people knows what the first did.
std::unexpected<Error> alreadyDecided(const ApprovalRecord& record) {
  if (record.status == ApprovalStatus::cancelled) {
    return fail(ErrorCode::already_decided,
                fmt::format("Approval {} was cancelled because its execution ended.", record.id),
                std::string(kNothingSent));
  }
  if (record.status == ApprovalStatus::expired) {
    return fail(ErrorCode::already_decided,
                fmt::format("Approval {} expired before it was decided.", record.id),
                std::string(kNothingSent));
  }
  return fail(
      ErrorCode::already_decided,
      fmt::format("Approval {} was already {} by {} at {} (epoch milliseconds).", record.id,
                  store::detail::enumName(record.status), record.decidedBy, record.decidedAt));
}

// Adds up what a transaction rewrites.
class Batch {
 public:
  // False when this one is for the next transaction; the first always fits.
  bool takes(const ApprovalRecord& record) {
    bytes_ += record.inputJson.size();
    return ++records_ == 1 || (records_ <= kBatchRecords && bytes_ <= kBatchInputBytes);
  }

 private:
  std::size_t records_ = 0, bytes_ = 0;
};

// Pending ones of an execution that `wanted` takes, each changed by `change` until the batch is
// full. True if there are more.
template <class Wanted, class Change>
Result<bool> changePending(Txn& txn, const std::string& executionId, Wanted wanted, Change change) {
  Batch batch;
  std::string after;
  do {
    EXECUTOR_TRY(auto page, txn.scan<ApprovalRecord>(
                                "byExecution",
                                {.prefix = {executionId}, .limit = kBatchRecords, .after = after}));
    for (ApprovalRecord& record : page.items) {
      if (record.status != ApprovalStatus::pending || !wanted(record)) continue;
      if (!batch.takes(record)) return true;
      EXECUTOR_CHECK(change(record));
    }
    after = page.nextCursor;
  } while (!after.empty());
  return false;
}

std::string grantKey(std::string_view executionId, std::string_view toolPath) {
  return fmt::format("{}/{}", executionId, toolPath);
}

// A grant is for what its reviewer saw: a tool that another document defines, or that goes to
// another host, is asked about again (D14).
Result<std::optional<ApprovalGrant>> grantFor(Txn& txn, const ApprovalDraft& draft) {
  EXECUTOR_TRY(auto grant, txn.get<ApprovalGrant>(grantKey(draft.executionId, draft.toolPath)));
  const bool same =
      grant && grant->origin == draft.origin && grant->toolSetHash == draft.toolSetHash;
  return same ? std::move(grant) : std::nullopt;
}

void approveBy(ApprovalRecord& record, const ApprovalGrant& grant) {
  record.decidedBy = grant.decidedBy;
  record.reason = grant.reason;
  record.grantedBy = grant.approvalId;
}

Status keepGrant(Txn& txn, const ApprovalRecord& record, EpochMs now) {
  return txn.put(ApprovalGrant{grantKey(record.executionId, record.toolPath), record.executionId,
                               record.toolPath, record.id, record.toolSetHash, record.origin,
                               record.decidedBy, record.reason, now});
}

// What reaches further than this one call, in the decision's own transaction.
Status widen(Txn& txn, ApprovalRecord& record, const Decision& decision,
             const MakePolicy& makePolicy) {
  if (decision.scope == Scope::once) return {};
  record.scope = decision.scope;
  if (decision.scope == Scope::execution) return keepGrant(txn, record, decision.now);
  if (!makePolicy) return failInternal("no policies are connected to the approvals");
  EXECUTOR_TRY(record.policyId, makePolicy(txn, {.workspaceId = record.workspaceId,
                                                 .toolPath = record.toolPath,
                                                 .accountId = decision.principal.accountId,
                                                 .approvalId = record.id,
                                                 .now = decision.now}));
  return {};
}

// True if there are more.
Result<bool> removeGrants(Txn& txn, const std::string& executionId) {
  EXECUTOR_TRY(auto page, txn.scan<ApprovalGrant>(
                              "byExecution", {.prefix = {executionId}, .limit = kBatchRecords}));
  for (const ApprovalGrant& grant : page.items) {
    EXECUTOR_CHECK(txn.remove<ApprovalGrant>(grant.id));
  }
  return !page.nextCursor.empty();
}

}  // namespace

std::unexpected<Error> noSuchApproval(std::string_view id) {
  return fail(ErrorCode::not_found, fmt::format("There is no approval {}.", truncateText(id, 80)),
              "`executor approval list` shows the approvals of your workspace.");
}

Result<ApprovalRecord> ownRecord(Txn& txn, const std::string& workspaceId, const std::string& id) {
  EXECUTOR_TRY(std::optional<ApprovalRecord> found, txn.get<ApprovalRecord>(id));
  if (!found || found->workspaceId != workspaceId) return noSuchApproval(id);
  return *std::move(found);
}

// The check and the change are one transaction: of two people who press at once, one wins.
Result<ApprovalView> applyDecision(Txn& txn, const Decision& decision, const MakePolicy& makePolicy,
                                   const Approvals::Waker& waker) {
  EXECUTOR_TRY(ApprovalRecord record, ownRecord(txn, decision.principal.workspaceId, decision.id));
  if (record.status != ApprovalStatus::pending && !EXECUTOR_FAULT(decided_twice)) {
    return alreadyDecided(record);
  }
  if (record.expiresAt <= decision.now) {
    record.status = ApprovalStatus::expired;  // the sweeper writes it; nothing may be decided now
    return alreadyDecided(record);
  }
  record.decidedBy = decision.principal.accountId;
  record.reason = decision.reason;
  EXECUTOR_CHECK(widen(txn, record, decision, makePolicy));
  const auto status = decision.approve ? ApprovalStatus::approved : ApprovalStatus::denied;
  EXECUTOR_CHECK(leavePending(txn, record, status, decision.now, waker));
  return toView(record);
}

// Reads the grant from the store: the execution may have ended, and its grants with it.
Result<bool> approveGranted(Txn& txn, const std::string& approvalId, EpochMs now,
                            const Approvals::Waker& waker) {
  EXECUTOR_TRY(const auto first, txn.get<ApprovalRecord>(approvalId));
  if (!first) return false;
  EXECUTOR_TRY(const auto grant,
               txn.get<ApprovalGrant>(grantKey(first->executionId, first->toolPath)));
  if (!grant) return false;
  return changePending(
      txn, first->executionId,
      [&](const ApprovalRecord& other) {
        return other.toolPath == first->toolPath && other.origin == grant->origin &&
               other.toolSetHash == grant->toolSetHash;
      },
      [&](ApprovalRecord& other) {
        approveBy(other, *grant);
        return leavePending(txn, other, ApprovalStatus::approved, now, waker);
      });
}

// The hash is taken of the bytes that are shown and sent; use() compares it again before sending.
Result<ApprovalRecord> newRecord(Txn& txn, const ApprovalDraft& draft, EpochMs now) {
  ApprovalRecord record;
  record.id = draft.id;
  record.workspaceId = draft.workspaceId;
  record.executionId = draft.executionId;
  record.callId = draft.callId;
  record.toolPath = draft.toolPath;
  record.toolSetHash = draft.toolSetHash;
  record.method = draft.method;
  record.origin = draft.origin;
  record.summary = draft.summary;
  record.n = draft.n;
  record.inputJson = draft.inputJson;
  record.inputHash = sha256Hex(draft.inputJson);
  record.createdAt = now;
  record.expiresAt = now + draft.maxAge;
  EXECUTOR_TRY(const auto grant, grantFor(txn, draft));
  if (!grant) return record;
  record.status = ApprovalStatus::approved;
  record.decidedAt = now;
  approveBy(record, *grant);
  return record;
}

Status markUsed(Txn& txn, const std::string& id, const std::string& inputHash, bool repeatable,
                EpochMs now) {
  EXECUTOR_TRY(std::optional<ApprovalRecord> record, txn.get<ApprovalRecord>(id));
  if (!record) return noSuchApproval(id);
  if (record->status != ApprovalStatus::approved) {
    return fail(ErrorCode::conflict, fmt::format("Approval {} is not approved.", id));
  }
  if (record->usedAt != 0 && !repeatable) {
    return fail(ErrorCode::conflict, fmt::format("Approval {} was already used.", id));
  }
  if (record->inputHash != inputHash) {
    return fail(ErrorCode::conflict, fmt::format("Approval {} is for another input.", id));
  }
  if (record->usedAt != 0) return {};
  record->usedAt = now;
  return txn.replace(*record);
}

Result<bool> endSome(Txn& txn, const std::string& executionId, EpochMs now,
                     const Approvals::Waker& waker) {
  EXECUTOR_TRY(const bool grants, removeGrants(txn, executionId));
  EXECUTOR_TRY(const bool pending, changePending(
                                       txn, executionId, [](const ApprovalRecord&) { return true; },
                                       [&](ApprovalRecord& record) {
                                         return leavePending(txn, record, ApprovalStatus::cancelled,
                                                             now, waker);
                                       }));
  return grants || pending;
}

Result<std::size_t> expireSome(Txn& txn, EpochMs now, const Approvals::Waker& waker) {
  EXECUTOR_TRY(auto page, txn.scan<ApprovalRecord>("byDue", {.prefix = {ApprovalStatus::pending},
                                                             .to = now + 1,
                                                             .limit = kBatchRecords}));
  Batch batch;
  std::size_t expired = 0;
  for (ApprovalRecord& record : page.items) {
    if (!batch.takes(record)) break;
    EXECUTOR_CHECK(leavePending(txn, record, ApprovalStatus::expired, now, waker));
    ++expired;
  }
  return expired;
}

}  // namespace executor::approval
