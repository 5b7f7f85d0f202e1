// Taking up what nobody runs, giving up what this server cannot keep, and stopping.
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/crash-point.h"
#include "base/log.h"
#include "execution/local-executions.h"
#include "execution/ownership.h"

namespace executor::execution {
namespace {

using Counts = std::vector<SuspendedCount>;

Result<Counts> readCounts(store::Txn& txn) {
  Counts counts;
  std::string after;
  do {
    EXECUTOR_TRY(auto page, txn.scan<SuspendedCount>({.limit = store::kMaxScan, .after = after}));
    std::ranges::move(page.items, std::back_inserter(counts));
    after = page.nextCursor;
  } while (!after.empty());
  return counts;
}

WorkspacePlaces placesIn(const WorkspaceSettings& settings) {
  return {static_cast<std::size_t>(settings.running), static_cast<std::size_t>(settings.waiting),
          static_cast<std::size_t>(settings.queued)};
}

// A journal that cannot be read cannot be continued; trying again would not mend it.
bool isForGood(const Error& error) { return error.code == ErrorCode::store_corrupt; }

}  // namespace

LocalExecutions::LocalExecutions(ExecutionDeps deps)
    : deps_(std::move(deps)), lives_(deps_.loop, deps_.limits) {
  deps_.approvals.wakeWith(&wake);
  if (deps_.settings == nullptr) return;
  deps_.settings->onChange(
      [this, alive = alive_](const std::string& workspace, const WorkspaceSettings& now) {
        if (*alive) lives_.setPlaces(workspace, placesIn(now));
      });
}

LocalExecutions::~LocalExecutions() {
  *alive_ = false;
  if (scheduler_) scheduler_->stop();
  if (lease_) lease_->stop();
}

// One damaged execution must not keep the others, or the server, from coming back.
Task<Status> LocalExecutions::recover() {
  EXECUTOR_CO_CHECK(co_await loadCounts());
  auto find = [node = deps_.nodeId](store::Txn& txn) { return ownedBy(txn, node); };
  EXECUTOR_CO_TRY(std::vector<std::string> ids, co_await deps_.store.read(std::move(find)));
  std::vector<std::pair<std::string, Error>> failed;
  for (const std::string& id : ids) {
    if (lives_.find(id)) continue;
    Status taken = co_await takeUp(id, deps_.nodeId);
    if (!taken) failed.emplace_back(id, std::move(taken).error());
  }
  if (!ids.empty()) {
    log(LogLevel::info, "executions_recovered", {{"count", static_cast<std::int64_t>(ids.size())}});
  }
  beginKeeping();
  for (auto& [id, error] : failed) {
    asio::co_spawn(deps_.loop, DueScheduler::putOff(scheduler_, id, std::move(error)),
                   asio::detached);
  }
  co_return Status();
}

Task<Status> LocalExecutions::loadCounts() {
  EXECUTOR_CO_TRY(Counts counts, co_await deps_.store.read(&readCounts));
  for (const SuspendedCount& one : counts) lives_.setSuspended(one.workspaceId, one.suspended);
  co_return Status();
}

// Only a server that brings executions back lets them leave.
void LocalExecutions::beginKeeping() {
  if (scheduler_) return;
  scheduler_ = std::make_shared<DueScheduler>(
      deps_.store, deps_.loop, deps_.clock, deps_.nodeId,
      DueScheduler::Events{[this] { return room(); },
                           [this](std::string id) { return takeUp(std::move(id), {}); }});
  lease_ = std::make_shared<Lease>(
      deps_.store, deps_.nodeId, deps_.lease,
      Lease::Events{
          [this] { return lives_.wasBusy(); },
          [this] { asio::co_spawn(deps_.loop, dropLost(this, alive_), asio::detached); }});
  lives_.suspendAfter(deps_.suspendAfter, [this] { scheduler_->nudge(); });
  asio::co_spawn(deps_.loop, DueScheduler::run(scheduler_), asio::detached);
  asio::co_spawn(deps_.loop, Lease::keep(lease_), asio::detached);
  asio::co_spawn(deps_.loop, obeyCancels(this, alive_), asio::detached);
}

std::size_t LocalExecutions::room() const {
  const std::size_t running = lives_.runningCount();
  return draining_ || running >= deps_.limits.runningInAll ? 0
                                                           : deps_.limits.runningInAll - running;
}

// No error if somebody else has it.
Task<Status> LocalExecutions::takeUp(std::string id, std::string from) {
  crashPoint(CrashPoint::before_claim);
  auto take = [wanted = Claim{id, std::move(from), deps_.nodeId, deps_.clock.now()}](
                  store::Txn& txn) { return claim(txn, wanted); };
  EXECUTOR_CO_TRY(std::optional<Claimed> claimed, co_await deps_.store.write(std::move(take)));
  if (!claimed) co_return Status();
  crashPoint(CrashPoint::after_claim);
  // It left, and the answer to that commit was lost: what is still here of it owns nothing.
  if (auto former = lives_.find(id)) former->lose();
  lives_.setSuspended(claimed->record.workspaceId, claimed->suspended);
  co_return co_await bringBack(*std::move(claimed));
}

bool LocalExecutions::isTooOld(const ExecutionRecord& record) const {
  return deps_.clock.now() >= expiryOf(record);
}

// The journal is read after the claim: from here on nobody else adds to it.
Task<Status> LocalExecutions::bringBack(Claimed claimed) {
  const std::string workspace = claimed.record.workspaceId;
  EXECUTOR_CO_CHECK(co_await settingsOf(deps_, workspace));  // its places
  EXECUTOR_CO_TRY(auto catalog, co_await deps_.sources.of(workspace));
  EXECUTOR_CO_CHECK(co_await deps_.policies.load(workspace));
  const Submission& submission = claimed.record.submission;
  EXECUTOR_CO_TRY(std::string code, co_await loadText(deps_.store, submission.code, workspace));
  EXECUTOR_CO_TRY(std::string input, co_await loadText(deps_.store, submission.input, workspace));
  auto events = co_await readEvents(
      deps_.store, {.executionId = claimed.record.id, .workspaceId = workspace, .loadBlobs = true});
  if (!events && !isForGood(events.error())) co_return std::unexpected(events.error());
  claimed.record.state = State::queued;
  const std::size_t bytes = code.size() + input.size();
  auto live = std::make_shared<Live>(deps_, lives_, claimed.record, true, std::move(catalog));
  crashPoint(CrashPoint::before_resume);
  if (!events) {
    logError(LogLevel::error, "journal_damaged", events.error(), {{"execution", live->id()}});
    live->resume(std::move(code), std::move(input), {});
    live->fail(std::move(events).error());
    EXECUTOR_CO_CHECK(co_await deps_.approvals.cancelFor(live->id()));
  } else {
    live->resume(std::move(code), std::move(input), *events);
  }
  continueWith(std::move(live), claimed, bytes);
  co_return Status();
}

// What is to end ends before it can run.
void LocalExecutions::continueWith(std::shared_ptr<Live> live, const Claimed& claimed,
                                   std::size_t bytes) {
  if (isTooOld(claimed.record)) {
    live->stop(State::cancelled,
               Error{ErrorCode::cancelled,
                     fmt::format("The execution expired: it is older than {} days.",
                                 limitsOf(claimed.record).waitingDays),
                     "Run the program again."});
  }
  const std::string id = live->id();
  if (claimed.cancelReason) live->stop(State::cancelled, cancelledFor(*claimed.cancelReason));
  if (claimed.wasSuspended) {
    lives_.addBack(std::move(live));
  } else {
    lives_.add(std::move(live), bytes);
  }
  if (claimed.cancelReason) obey(id, *claimed.cancelReason);
}

// Others took this node for dead. What they have is let go of; what was not stored yet, or what
// nobody has claimed and this node claims first, goes on.
Task<void> LocalExecutions::dropLost(LocalExecutions* self, std::shared_ptr<bool> alive) {
  std::vector<std::string> ids;
  for (const auto& live : self->lives_.all()) ids.push_back(live->id());
  auto find = [ids, node = self->deps_.nodeId](store::Txn& txn) {
    return notOwned(txn, ids, node);
  };
  auto lost = co_await self->deps_.store.read(std::move(find));
  if (!lost || !*alive) co_return;
  for (const std::string& id : *lost) {
    if (auto live = self->lives_.find(id)) live->lose();
  }
}

// Waiting ones are not waited for: their humans may take days. All that has not ended by then is
// handed over, so that another server, or the next one here, goes on at once; what cannot be (the
// disk is full) is found by its lease.
Task<void> LocalExecutions::drain(Deadline deadline) {
  draining_ = true;
  lives_.holdQueue();
  if (scheduler_) scheduler_->stop();
  while (lives_.runningCount() != 0) {
    if (SteadyClock::now() >= deadline) break;
    co_await lives_.changed().wait(deadline);
  }
  for (const auto& live : lives_.all()) {
    if (live->ending()) continue;
    Status left = co_await Live::depart(live);
    if (!left) logError(LogLevel::error, "execution_not_handed_over", left.error());
  }
  if (lease_) lease_->stop();
}

}  // namespace executor::execution
