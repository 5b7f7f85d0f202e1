// Approvals as a service: who may ask what, and each rule of decision.h in a transaction.
#include "approval/approval.h"

#include <fmt/format.h>

#include "approval/approval-record.h"
#include "approval/decision.h"
#include "base/crash-point.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/text.h"
#include "store/store.h"

namespace executor::approval {
namespace {

using store::Txn;

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

// Whoever denies and grants in one breath has made a mistake in one of the two.
Status checkScope(bool approve, Scope scope) {
  if (approve || scope == Scope::once) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("A denial has no scope \"{}\".", name(scope)),
              "Leave the scope out, or write a policy that denies the tool.");
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
    ApprovalView view = toView(record, kMaxListedValueBytes);
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
  void wakeWith(Waker waker) override { waker_ = std::move(waker); }
  Task<Result<Ruling>> wait(std::string id) override;
  Result<std::optional<Ruling>> ruled(Txn& txn, const std::string& id) override;
  Task<Result<ApprovalView>> decide(Principal principal, std::string id, bool approve,
                                    std::string reason, Scope scope) override;
  Task<Result<ApprovalView>> show(Principal principal, std::string id) override;
  Task<Result<std::vector<ApprovalView>>> list(Principal principal, std::string status,
                                               std::string executionId) override;
  Task<Status> cancelFor(std::string executionId) override;
  Task<Status> use(std::string id, std::string inputHash, bool repeatable) override;
  Task<Result<std::size_t>> expireDue() override;
  void onPolicy(MakePolicy make) override { makePolicy_ = std::move(make); }

 private:
  Task<void> approveRest(std::string approvalId);
  void armSweeper();
  void sweepNow();

  store::Store& store_;
  const Clock& clock_;
  MakePolicy makePolicy_;
  Waker waker_;
  // Alive as long as this object: what the sweeper's callbacks test before they touch it.
  std::shared_ptr<SteadyTimer> timer_;
};

// One that a grant covers never was pending and is not counted.
Status StoredApprovals::create(Txn& txn, const ApprovalDraft& draft, EpochMs now) {
  if (draft.inputJson.size() > kMaxApprovalInputBytes) {
    return fail(ErrorCode::payload_too_large,
                fmt::format("The input of {} has {} bytes; a call that needs approval may have {}.",
                            draft.toolPath, draft.inputJson.size(), kMaxApprovalInputBytes),
                "Send less in one call, or ask for a policy that allows this tool.");
  }
  EXECUTOR_TRY(const ApprovalRecord record, newRecord(txn, draft, now));
  EXECUTOR_CHECK(txn.insert(record));
  if (record.status == ApprovalStatus::pending) {
    EXECUTOR_CHECK(countPending(txn, record.workspaceId, 1));
  }
  txn.touch(topicOfWorkspace(record.workspaceId));
  return {};
}

Result<std::optional<Ruling>> StoredApprovals::ruled(Txn& txn, const std::string& id) {
  EXECUTOR_TRY(const auto record, txn.get<ApprovalRecord>(id));
  if (!record || record->status == ApprovalStatus::pending) return std::nullopt;
  return toRuling(*record);
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
                                                   bool approve, std::string reason, Scope scope) {
  EXECUTOR_CO_CHECK(requirePerson(principal, "deciding an approval"));
  EXECUTOR_CO_CHECK(checkScope(approve, scope));
  EXECUTOR_CO_TRY(std::string bounded, boundedReason(reason));
  Decision decision{std::move(principal), id, std::move(bounded), approve, scope, clock_.now()};
  crashPoint(CrashPoint::before_decide);
  auto decided =
      co_await store_.write([decision = std::move(decision), make = makePolicy_, waker = waker_](
                                Txn& t) { return applyDecision(t, decision, make, waker); });
  crashPoint(CrashPoint::after_decide);
  if (decided && scope == Scope::execution) co_await approveRest(std::move(id));
  co_return decided;
}

// The decision stands already. What cannot be approved with it stays pending, where people see it.
Task<void> StoredApprovals::approveRest(std::string approvalId) {
  for (bool more = true; more;) {
    auto some = [approvalId, now = clock_.now(), waker = waker_](Txn& t) {
      return approveGranted(t, approvalId, now, waker);
    };
    const Result<bool> done = co_await store_.write(std::move(some));
    if (!done) logError(LogLevel::warn, "grant_not_applied", done.error(), {{"id", approvalId}});
    more = done && *done;
  }
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
  for (;;) {
    auto some = [executionId, now = clock_.now(), waker = waker_](Txn& t) {
      return endSome(t, executionId, now, waker);
    };
    EXECUTOR_CO_TRY(const bool more, co_await store_.write(std::move(some)));
    if (!more) co_return Status();
  }
}

// Durable when it returns; until then the call does not send.
Task<Status> StoredApprovals::use(std::string id, std::string inputHash, bool repeatable) {
  co_return co_await store_.write([id, inputHash, repeatable, now = clock_.now()](Txn& t) {
    return markUsed(t, id, inputHash, repeatable, now);
  });
}

Task<Result<std::size_t>> StoredApprovals::expireDue() {
  co_return co_await store_.write(
      [now = clock_.now(), waker = waker_](Txn& t) { return expireSome(t, now, waker); });
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
      [now = clock_.now(), waker = waker_](Txn& t) -> Status {
        Result<std::size_t> swept = expireSome(t, now, waker);
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
