#include "execution/retention.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "approval/approval-record.h"
#include "base/log.h"
#include "execution/execution-record.h"
#include "invocation/result-store.h"

namespace executor::execution {
namespace {

constexpr std::size_t kScanStep = 100;
constexpr std::size_t kPartsPerScan = 50;  // of one kind of thing, in one transaction

using Records = store::Page<ExecutionRecord>;
using Ids = std::vector<std::string>;

// What one transaction may still remove.
class Allowance {
 public:
  explicit Allowance(std::size_t count) : left_(count) {}
  std::size_t forOneKind() const { return std::min(left_, kPartsPerScan); }
  void spend(std::size_t count) { left_ -= std::min(left_, count); }
  std::size_t left() const { return left_; }

 private:
  std::size_t left_;
};

// "0" is the character after "/".
Result<std::size_t> removePages(store::Txn& txn, const std::string& id, std::size_t limit) {
  using Pages = store::Page<JournalPage>;
  EXECUTOR_TRY(const Pages pages,
               txn.scan<JournalPage>({.from = id + "/", .to = id + "0", .limit = limit}));
  for (const JournalPage& page : pages.items) EXECUTOR_CHECK(txn.remove<JournalPage>(page.id));
  return pages.items.size();
}

Status removeResult(store::Txn& txn, const invocation::ResultRecord& result) {
  EXECUTOR_CHECK(store::removeBlobOwner(txn, result.blob, result.id));
  return txn.remove<invocation::ResultRecord>(result.id);
}

// Two rows each.
Result<std::size_t> removeResultsOf(store::Txn& txn, const std::string& id, std::size_t limit) {
  using Results = store::Page<invocation::ResultRecord>;
  EXECUTOR_TRY(const Results results,
               txn.scan<invocation::ResultRecord>(
                   "byExecution", {.prefix = {id}, .limit = std::max<std::size_t>(1, limit / 2)}));
  for (const auto& result : results.items) EXECUTOR_CHECK(removeResult(txn, result));
  return 2 * results.items.size();
}

// Removes parts of an execution whose record is gone. True when none is left.
Result<bool> removeParts(store::Txn& txn, const std::string& id, Allowance& allowance) {
  using Part = Result<std::size_t> (*)(store::Txn&, const std::string&, std::size_t);
  static constexpr Part kParts[] = {removePages, approval::removeApprovalsOf, removeResultsOf,
                                    store::releaseBlobs};
  for (const Part part : kParts) {
    for (std::size_t removed = 1; removed != 0;) {
      if (allowance.forOneKind() == 0) return false;
      EXECUTOR_TRY(removed, part(txn, id, allowance.forOneKind()));
      allowance.spend(removed);
    }
  }
  return true;
}

bool isRemovable(const ExecutionRecord& record, EpochMs before) {
  return isFinal(record.state) && record.finishedAt != 0 && record.finishedAt < before;
}

Status removeClaim(store::Txn& txn, const ExecutionRecord& record) {
  if (!record.claim) return {};
  EXECUTOR_TRY(const auto claim, txn.get<ExecutionClaim>(*record.claim));
  if (!claim || claim->executionId != record.id) return {};
  return txn.remove<ExecutionClaim>(*record.claim);
}

// True if the execution was there and is not any more.
Result<bool> removeOne(store::Txn& txn, const std::string& id, EpochMs before,
                       Allowance& allowance) {
  EXECUTOR_TRY(const auto record, txn.get<ExecutionRecord>(id));
  if (!record || !isRemovable(*record, before)) return false;
  EXECUTOR_CHECK(removeClaim(txn, *record));
  EXECUTOR_CHECK(txn.remove<ExecutionRecord>(id));
  allowance.spend(3);
  EXECUTOR_TRY(const bool whole, removeParts(txn, id, allowance));
  if (!whole) EXECUTOR_CHECK(txn.put(RemovalMarker{id, record->workspaceId}));
  txn.touch("executions/" + record->workspaceId);
  return true;
}

struct Batch {
  std::size_t done = 0;     // of the ids given
  std::size_t removed = 0;  // of these
};

// As many as one transaction may; at least one.
Result<Batch> removeSome(store::Txn& txn, const Ids& ids, EpochMs before) {
  Allowance allowance(kRemovedPerTransaction);
  Batch batch;
  for (const std::string& id : ids) {
    if (batch.done != 0 && allowance.left() < kPartsPerScan) break;
    EXECUTOR_TRY(const bool removed, removeOne(txn, id, before, allowance));
    ++batch.done;
    batch.removed += removed ? 1 : 0;
  }
  return batch;
}

struct Candidates {
  Ids ids;
  std::string next;  // empty: nothing older is behind
};

// In the order of ids, which is that of creation but for a clock that was set back.
Result<Candidates> candidates(store::Txn& txn, const std::string& workspaceId, EpochMs before,
                              const std::string& after) {
  EXECUTOR_TRY(const Records records,
               txn.scan<ExecutionRecord>(
                   "byWorkspace", {.prefix = {workspaceId}, .limit = kScanStep, .after = after}));
  Candidates found{{}, records.nextCursor};
  for (const ExecutionRecord& record : records.items) {
    if (record.createdAt >= before) found.next.clear();
    if (isRemovable(record, before)) found.ids.push_back(record.id);
  }
  return found;
}

// One entry for each, however many executions it has.
Result<Ids> workspacesWithExecutions(store::Txn& txn) {
  Ids ids;
  std::string from;
  for (;;) {
    EXECUTOR_TRY(const Records next,
                 txn.scan<ExecutionRecord>("byWorkspace", {.from = from, .limit = 1}));
    if (next.items.empty()) return ids;
    ids.push_back(next.items.front().workspaceId);
    from = ids.back() + '\x01';
  }
}

Result<std::size_t> removeOldResults(store::Txn& txn, const std::string& workspaceId,
                                     EpochMs before) {
  using Results = store::Page<invocation::ResultRecord>;
  EXECUTOR_TRY(const Results oldest,
               txn.scan<invocation::ResultRecord>(
                   "byWorkspace", {.prefix = {workspaceId}, .limit = kPartsPerScan}));
  std::size_t removed = 0;
  for (const auto& result : oldest.items) {
    if (result.createdAt >= before) continue;
    EXECUTOR_CHECK(removeResult(txn, result));
    ++removed;
  }
  return removed;
}

void add(Pruned& sum, const Pruned& more) {
  sum.executions += more.executions;
  sum.results += more.results;
  sum.more |= more.more;
}

}  // namespace

Task<Result<KeepAges>> keepAgesOf(Settings& settings, std::string workspaceId) {
  EXECUTOR_CO_TRY(const WorkspaceSettings found, co_await settings.of(std::move(workspaceId)));
  co_return KeepAges{.executions = found.keepExecutionsDays * kDayMs,
                     .results = found.keepResultsDays * kDayMs};
}

Task<Result<Pruned>> Retention::prune(std::string workspaceId, EpochMs before) {
  Pruned pruned;
  std::string after;
  do {
    EXECUTOR_CO_TRY(Candidates found, co_await store_.read([=](store::Txn& txn) {
      return candidates(txn, workspaceId, before, after);
    }));
    after = found.next;
    while (!found.ids.empty() && pruned.executions < kMaxPrunedAtOnce) {
      EXECUTOR_CO_TRY(const Batch batch,
                      co_await store_.write([ids = found.ids, before](store::Txn& txn) {
                        return removeSome(txn, ids, before);
                      }));
      pruned.executions += batch.removed;
      found.ids.erase(found.ids.begin(),
                      found.ids.begin() + static_cast<std::ptrdiff_t>(batch.done));
    }
    pruned.more = !found.ids.empty() || !after.empty();
  } while (!after.empty() && pruned.executions < kMaxPrunedAtOnce);
  EXECUTOR_CO_CHECK(co_await finishInterrupted());
  co_return pruned;
}

Task<Result<std::size_t>> Retention::removeResults(std::string workspaceId, EpochMs before) {
  std::size_t sum = 0;
  for (std::size_t removed = 1; removed != 0 && sum < kMaxPrunedAtOnce;) {
    EXECUTOR_CO_TRY(removed, co_await store_.write([=](store::Txn& txn) {
      return removeOldResults(txn, workspaceId, before);
    }));
    sum += removed;
  }
  co_return sum;
}

Task<Result<Pruned>> Retention::sweepWorkspace(std::string workspaceId) {
  KeepAges ages;
  if (agesOf_) {
    EXECUTOR_CO_TRY(ages, co_await agesOf_(workspaceId));
  }
  const EpochMs now = clock_.now();
  Pruned pruned;
  do {
    EXECUTOR_CO_TRY(const Pruned some, co_await prune(workspaceId, now - ages.executions));
    pruned.more = false;
    add(pruned, some);
    if (some.executions == 0) break;
  } while (pruned.more);
  EXECUTOR_CO_TRY(pruned.results, co_await removeResults(workspaceId, now - ages.results));
  co_return pruned;
}

Task<Status> Retention::finish(std::string executionId) {
  for (bool whole = false; !whole;) {
    EXECUTOR_CO_TRY(whole, co_await store_.write([executionId](store::Txn& txn) -> Result<bool> {
      Allowance allowance(kRemovedPerTransaction);
      EXECUTOR_TRY(const bool done, removeParts(txn, executionId, allowance));
      if (done) EXECUTOR_CHECK(txn.remove<RemovalMarker>(executionId));
      return done;
    }));
  }
  co_return Status();
}

Task<Status> Retention::finishInterrupted() {
  using Markers = store::Page<RemovalMarker>;
  for (;;) {
    EXECUTOR_CO_TRY(const Markers markers, co_await store_.read([](store::Txn& txn) {
      return txn.scan<RemovalMarker>({.limit = kScanStep});
    }));
    if (markers.items.empty()) co_return Status();
    for (const RemovalMarker& marker : markers.items) {
      EXECUTOR_CO_CHECK(co_await finish(marker.id));
    }
  }
}

// One workspace that fails must not keep the others from being swept.
Task<Result<Pruned>> Retention::sweep() {
  EXECUTOR_CO_CHECK(co_await finishInterrupted());
  EXECUTOR_CO_TRY(const Ids workspaces, co_await store_.read([](store::Txn& txn) {
    return workspacesWithExecutions(txn);
  }));
  Pruned pruned;
  for (const std::string& workspace : workspaces) {
    Result<Pruned> one = co_await sweepWorkspace(workspace);
    if (!one) {
      logError(LogLevel::warn, "workspace_not_swept", one.error(), {{"workspace", workspace}});
      continue;
    }
    add(pruned, *one);
  }
  if (pruned.executions + pruned.results != 0) {
    log(LogLevel::info, "retention_swept",
        {{"executions", static_cast<std::int64_t>(pruned.executions)},
         {"results", static_cast<std::int64_t>(pruned.results)}});
  }
  co_return pruned;
}

RetentionSweeper::RetentionSweeper(Retention& retention, asio::io_context& loop,
                                   std::chrono::milliseconds first,
                                   std::chrono::milliseconds interval)
    : round_(std::make_shared<Round>(loop)) {
  asio::co_spawn(loop, run(round_, retention, first, interval), asio::detached);
}

RetentionSweeper::~RetentionSweeper() {
  round_->stopped = true;
  round_->timer.cancel();
}

// `retention` is not touched once stopped: its owner may have destroyed it since.
Task<void> RetentionSweeper::run(std::shared_ptr<Round> round, Retention& retention,
                                 std::chrono::milliseconds wait,
                                 std::chrono::milliseconds interval) {
  while (!round->stopped) {
    round->timer.expires_after(wait);
    wait = interval;
    auto [error] = co_await round->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error || round->stopped) co_return;
    const Result<Pruned> swept = co_await retention.sweep();
    if (!swept) logError(LogLevel::warn, "retention_failed", swept.error());
  }
}

}  // namespace executor::execution
