// The rules of approvals, each a function over a transaction, and the class that runs them. What
// two people or two processes do at once is settled by the transaction and by nothing in memory.
#include "approval/approval.h"

#include <fmt/format.h>

#include "approval/approval-record.h"
#include "base/crash-point.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/text.h"
#include "store/store.h"

namespace executor::approval {
namespace {

using store::Txn;

// One text for absent and foreign, so that ids of other workspaces cannot be probed.
std::unexpected<Error> noSuchApproval(std::string_view id) {
  return fail(ErrorCode::not_found, fmt::format("There is no approval {}.", truncateText(id, 80)),
              "`executor approval list` shows the approvals of your workspace.");
}

// Names by whom and when, so that the second of two people knows what the first did.
std::unexpected<Error> alreadyDecided(const ApprovalRecord& record) {
  const std::string_view status = store::detail::enumName(record.status);
  if (record.status == ApprovalStatus::cancelled) {
    return fail(ErrorCode::already_decided,
                fmt::format("Approval {} was cancelled because its execution ended.", record.id),
                "Nothing was sent. Run the program again to ask again.");
  }
  if (record.status == ApprovalStatus::expired) {
    return fail(ErrorCode::already_decided,
                fmt::format("Approval {} expired before it was decided.", record.id),
                "Nothing was sent. Run the program again to ask again.");
  }
  return fail(ErrorCode::already_decided,
              fmt::format("Approval {} was already {} by {} at {} (epoch milliseconds).", record.id,
                          status, record.decidedBy, record.decidedAt));
}

// The record if it belongs to the workspace; a foreign one is as if it were not there.
Result<ApprovalRecord> ownRecord(Txn& txn, const std::string& workspaceId, const std::string& id) {
  EXECUTOR_TRY(std::optional<ApprovalRecord> found, txn.get<ApprovalRecord>(id));
  if (!found || found->workspaceId != workspaceId) return noSuchApproval(id);
  return *std::move(found);
}

// A reason is shown to people and reaches the program, so it is text and short; a long one is
// refused instead of cut, because the reviewer must know what the program will read.
Result<std::string> boundedReason(std::string_view reason) {
  const std::string_view trimmed = trimText(reason);
  if (trimmed.size() > kMaxReasonBytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("The reason has {} bytes; at most {} are kept.", trimmed.size(),
                            kMaxReasonBytes),
                "Shorten the reason.");
  }
  if (!isValidUtf8(trimmed)) {
    return fail(ErrorCode::invalid_argument, "The reason is not valid UTF-8.");
  }
  return std::string(trimmed);
}

struct Decision {
  Principal principal;
  std::string id, reason;
  bool approve;
  EpochMs now;
};

// The check and the change are one transaction: of two people who press at once, one wins.
Result<ApprovalView> applyDecision(Txn& txn, const Decision& decision) {
  EXECUTOR_TRY(ApprovalRecord record, ownRecord(txn, decision.principal.workspaceId, decision.id));
  if (record.status != ApprovalStatus::pending) return alreadyDecided(record);
  if (record.expiresAt <= decision.now) {
    record.status = ApprovalStatus::expired;  // the sweeper writes it; nothing may be decided now
    return alreadyDecided(record);
  }
  record.decidedBy = decision.principal.accountId;
  record.reason = decision.reason;
  const auto status = decision.approve ? ApprovalStatus::approved : ApprovalStatus::denied;
  EXECUTOR_CHECK(leavePending(txn, record, status, decision.now));
  return toView(record);
}

// Binds the sending to the decision (invariant 4): approved, not yet spent, and for these very
// bytes.
Status markUsed(Txn& txn, const std::string& id, const std::string& inputHash, EpochMs now) {
  EXECUTOR_TRY(std::optional<ApprovalRecord> record, txn.get<ApprovalRecord>(id));
  if (!record) return noSuchApproval(id);
  if (record->status != ApprovalStatus::approved) {
    return fail(ErrorCode::conflict, fmt::format("Approval {} is not approved.", id));
  }
  if (record->usedAt != 0) {
    return fail(ErrorCode::conflict, fmt::format("Approval {} was already used.", id));
  }
  if (record->inputHash != inputHash) {
    return fail(ErrorCode::conflict, fmt::format("Approval {} is for another input.", id));
  }
  record->usedAt = now;
  return txn.replace(*record);
}

// In pages of 50: each costs up to two writes, and a transaction has room for 200.
Status endPendingOf(Txn& txn, const std::string& executionId, EpochMs now) {
  std::string after;
  do {
    EXECUTOR_TRY(auto page,
                 txn.scan<ApprovalRecord>("byExecution",
                                          {.prefix = {executionId}, .limit = 50, .after = after}));
    for (ApprovalRecord& record : page.items) {
      if (record.status != ApprovalStatus::pending) continue;
      EXECUTOR_CHECK(leavePending(txn, record, ApprovalStatus::cancelled, now));
    }
    after = page.nextCursor;
  } while (!after.empty());
  return {};
}

// At most 50 of them: one transaction has room for that, the next sweep takes the rest.
Result<std::size_t> expireSome(Txn& txn, EpochMs now) {
  EXECUTOR_TRY(auto page,
               txn.scan<ApprovalRecord>(
                   "byDue", {.prefix = {ApprovalStatus::pending}, .to = now + 1, .limit = 50}));
  for (ApprovalRecord& record : page.items) {
    EXECUTOR_CHECK(leavePending(txn, record, ApprovalStatus::expired, now));
  }
  return page.items.size();
}

struct Listing {
  std::string workspaceId, status, executionId;
};

// Picks the narrowest index; what it does not cover is filtered after the read. The workspace is
// compared for every record, because the index by execution does not name one.
Result<std::vector<ApprovalView>> readListing(Txn& txn, const Listing& listing) {
  store::ScanOptions options{
      .prefix = {listing.workspaceId}, .order = store::Order::descending, .limit = store::kMaxScan};
  Result<store::Page<ApprovalRecord>> page;
  if (!listing.executionId.empty()) {
    options.prefix = {listing.executionId};
    page = txn.scan<ApprovalRecord>("byExecution", options);
  } else if (!listing.status.empty()) {
    options.prefix.emplace_back(listing.status);
    page = txn.scan<ApprovalRecord>("byStatus", options);
  } else {
    page = txn.scan<ApprovalRecord>("byWorkspace", options);
  }
  if (!page) return std::unexpected(page.error());
  std::vector<ApprovalView> views;
  for (const ApprovalRecord& record : page->items) {
    ApprovalView view = toView(record);
    if (record.workspaceId != listing.workspaceId) continue;
    if (!listing.status.empty() && view.status != listing.status) continue;
    views.push_back(std::move(view));
  }
  return views;
}

// A misspelt status would otherwise look like an empty list.
Status knownStatus(std::string_view status) {
  if (status.empty() || store::detail::enumOf<ApprovalStatus>(status)) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"{}\" is no status of an approval.", truncateText(status, 40)),
              "Use pending, approved, denied, expired or cancelled.");
}

class StoredApprovals : public Approvals {
 public:
  StoredApprovals(store::Store& store, asio::io_context& loop, const Clock& clock)
      : store_(store), clock_(clock), timer_(std::make_shared<SteadyTimer>(loop)) {
    armSweeper();
  }
  ~StoredApprovals() override { timer_->cancel(); }

  Status create(Txn& txn, const ApprovalDraft& draft, EpochMs now) override;
  Task<Result<Ruling>> wait(std::string id) override;
  Task<Result<ApprovalView>> decide(Principal principal, std::string id, bool approve,
                                    std::string reason) override;
  Task<Result<ApprovalView>> show(Principal principal, std::string id) override;
  Task<Result<std::vector<ApprovalView>>> list(Principal principal, std::string status,
                                               std::string executionId) override;
  Task<Status> cancelFor(std::string executionId) override;
  Task<Status> use(std::string id, std::string inputHash) override;
  Task<Result<std::size_t>> expireDue() override;

 private:
  void armSweeper();
  void sweepNow();

  store::Store& store_;
  const Clock& clock_;
  // Alive as long as this object: what the sweeper's callbacks test before they touch it.
  std::shared_ptr<SteadyTimer> timer_;
};

// The hash is taken of the bytes that are shown and sent; use() compares it again before sending.
Status StoredApprovals::create(Txn& txn, const ApprovalDraft& draft, EpochMs now) {
  if (draft.inputJson.size() > kMaxApprovalInputBytes) {
    return fail(ErrorCode::payload_too_large,
                fmt::format("The input of {} has {} bytes; a call that needs approval may have {}.",
                            draft.toolPath, draft.inputJson.size(), kMaxApprovalInputBytes),
                "Send less in one call, or ask for a policy that allows this tool.");
  }
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
  EXECUTOR_CHECK(txn.insert(record));
  EXECUTOR_CHECK(countPending(txn, record.workspaceId, 1));
  txn.touch(topicOfWorkspace(record.workspaceId));
  return {};
}

Task<Result<Ruling>> StoredApprovals::wait(std::string id) {
  // The watch is made before the read, so that a decision in between is not missed.
  store::Watch watch = store_.watch(topicOf(id));
  for (;;) {
    EXECUTOR_CO_TRY(std::optional<ApprovalRecord> record,
                    co_await store_.read([id](Txn& t) { return t.get<ApprovalRecord>(id); }));
    if (!record) co_return noSuchApproval(id);
    if (record->status != ApprovalStatus::pending) co_return toRuling(*record);
    co_await watch.wait();
  }
}

Task<Result<ApprovalView>> StoredApprovals::decide(Principal principal, std::string id,
                                                   bool approve, std::string reason) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "deciding an approval"));
  EXECUTOR_CO_TRY(std::string bounded, boundedReason(reason));
  Decision decision{std::move(principal), std::move(id), std::move(bounded), approve, clock_.now()};
  crashPoint(CrashPoint::before_decide);
  auto decided = co_await store_.write(
      [decision = std::move(decision)](Txn& t) { return applyDecision(t, decision); });
  crashPoint(CrashPoint::after_decide);
  co_return decided;
}

// Agents may look: the one that asked has to learn what became of its question.
Task<Result<ApprovalView>> StoredApprovals::show(Principal principal, std::string id) {
  auto read = [workspace = principal.workspaceId, id](Txn& t) -> Result<ApprovalView> {
    EXECUTOR_TRY(ApprovalRecord record, ownRecord(t, workspace, id));
    return toView(record);
  };
  co_return co_await store_.read(std::move(read));
}

Task<Result<std::vector<ApprovalView>>> StoredApprovals::list(Principal principal,
                                                              std::string status,
                                                              std::string executionId) {
  EXECUTOR_CO_CHECK(knownStatus(status));
  Listing listing{principal.workspaceId, std::move(status), std::move(executionId)};
  co_return co_await store_.read([listing](Txn& t) { return readListing(t, listing); });
}

Task<Status> StoredApprovals::cancelFor(std::string executionId) {
  co_return co_await store_.write([executionId, now = clock_.now()](Txn& t) -> Status {
    return endPendingOf(t, executionId, now);
  });
}

// Durable when it returns; until then the call does not send.
Task<Status> StoredApprovals::use(std::string id, std::string inputHash) {
  co_return co_await store_.write([id, inputHash, now = clock_.now()](Txn& t) -> Status {
    return markUsed(t, id, inputHash, now);
  });
}

Task<Result<std::size_t>> StoredApprovals::expireDue() {
  co_return co_await store_.write([now = clock_.now()](Txn& t) { return expireSome(t, now); });
}

// Expiry is checked at each decision too; the sweep only wakes those who wait.
void StoredApprovals::armSweeper() {
  timer_->expires_after(kSweepInterval);
  timer_->async_wait([this, alive = std::weak_ptr(timer_)](boost::system::error_code stopped) {
    if (stopped || alive.expired()) return;
    sweepNow();
    armSweeper();
  });
}

// Through the callback form: a coroutine could outlive this object.
void StoredApprovals::sweepNow() {
  store_.writeAsync(
      [now = clock_.now()](Txn& t) -> Status {
        Result<std::size_t> swept = expireSome(t, now);
        return swept ? Status() : std::unexpected(swept.error());
      },
      [](Status status) {
        if (!status) logError(LogLevel::warn, "approval_sweep_failed", status.error());
      });
}

}  // namespace

std::unique_ptr<Approvals> makeApprovals(store::Store& store, asio::io_context& loop,
                                         const Clock& clock) {
  return std::make_unique<StoredApprovals>(store, loop, clock);
}

}  // namespace executor::approval
