// Looking at an execution and waiting for it, wherever it is.
#include <fmt/format.h>

#include "base/text.h"
#include "execution/local-executions.h"
#include "execution/ownership.h"

namespace executor::execution {
namespace {

// One text for absent and foreign, so that ids of other workspaces cannot be probed.
std::unexpected<Error> noSuchExecution(std::string_view id) {
  return fail(ErrorCode::not_found, fmt::format("There is no execution {}.", truncateText(id, 80)),
              "`executor execution list` shows the executions of your workspace.");
}

}  // namespace

Result<ExecutionRecord> readOwn(store::Txn& txn, const std::string& workspaceId,
                                const std::string& id) {
  EXECUTOR_TRY(std::optional<ExecutionRecord> found, txn.get<ExecutionRecord>(id));
  if (!found || found->workspaceId != workspaceId) return noSuchExecution(id);
  return *std::move(found);
}

Task<Result<ExecutionRecord>> LocalExecutions::record(Principal principal, std::string id) {
  auto read = [workspace = principal.workspaceId, id](store::Txn& txn) {
    return readOwn(txn, workspace, id);
  };
  co_return co_await deps_.store.read(std::move(read));
}

// D7: nobody is told of what is not durable. What left memory meanwhile is looked up where it is.
Task<Result<ExecutionView>> LocalExecutions::viewOf(std::shared_ptr<Live> live) {
  if (!live->ending()) {
    Status flushed = co_await live->journal().flush();
    if (!flushed && flushed.error().code == ErrorCode::conflict) live->lose();
    if (!flushed && !live->gone()) co_return std::unexpected(std::move(flushed).error());
  }
  while (live->ending() && !live->finished() && !live->gone()) {
    if (!co_await live->changed().wait(Deadline::max())) break;
  }
  if (live->gone()) {
    Principal owner = principalOf(live->journal().record());
    EXECUTOR_CO_TRY(ExecutionRecord found, co_await record(std::move(owner), live->id()));
    co_return co_await storedView(std::move(found));
  }
  if (live->finalError()) co_return std::unexpected(*live->finalError());
  ExecutionView view = live->view();
  view.queuePosition = lives_.queuePosition(live->workspaceId(), live->id());
  if (view.resultBytes > kInlineTextBytes && view.resultHandle.empty()) {
    co_return co_await storedView(live->journal().record());
  }
  co_return view;
}

// The whole journal is read for calls, console lines and outputs; outcomes in blobs stay where they
// are.
Task<Result<ExecutionView>> LocalExecutions::storedView(ExecutionRecord record) {
  ExecutionView view = toView(record);
  EXECUTOR_CO_TRY(view.code,
                  co_await loadText(deps_.store, record.submission.code, record.workspaceId));
  if (record.ending && view.resultHandle.empty()) {
    EXECUTOR_CO_TRY(view.resultJson,
                    co_await loadText(deps_.store, record.ending->result, record.workspaceId));
  }
  EXECUTOR_CO_TRY(std::vector<Event> events,
                  co_await readEvents(deps_.store, {.executionId = record.id,
                                                    .workspaceId = record.workspaceId,
                                                    .loadEmissions = true}));
  Timeline timeline;
  for (const Event& event : events) timeline.apply(event);
  timeline.addTo(view);
  if (!view.approvals.empty()) {
    EXECUTOR_CO_TRY(view.approvals, co_await stillPending(std::move(view.approvals)));
  }
  co_return view;
}

// The journal of a suspended one learns of a decision when it is back.
Task<Result<std::vector<PendingApproval>>> LocalExecutions::stillPending(
    std::vector<PendingApproval> asked) {
  auto read = [asked = std::move(asked), &approvals = deps_.approvals](
                  store::Txn& txn) -> Result<std::vector<PendingApproval>> {
    std::vector<PendingApproval> pending;
    for (const PendingApproval& one : asked) {
      EXECUTOR_TRY(const auto ruling, approvals.ruled(txn, one.id));
      if (!ruling) pending.push_back(one);
    }
    return pending;
  };
  co_return co_await deps_.store.read(std::move(read));
}

Task<Result<ExecutionView>> LocalExecutions::show(Principal principal, std::string id) {
  if (auto live = lives_.find(principal.workspaceId, id)) {
    co_return co_await viewOf(std::move(live));
  }
  EXECUTOR_CO_TRY(ExecutionRecord found, co_await record(std::move(principal), std::move(id)));
  co_return co_await storedView(std::move(found));
}

// D16: the grace counts from when it began to wait, or from this call if that is later, so that a
// client which resumes again and again does not spin. A client that waits for a place is as little
// to be held beyond its own patience as one that waits for a human.
Task<Result<ExecutionView>> LocalExecutions::wait(Principal principal, std::string id,
                                                  Deadline deadline,
                                                  std::chrono::milliseconds waitingGrace) {
  const Patience patience{SteadyClock::now(), deadline, waitingGrace};
  for (;;) {
    if (auto live = lives_.find(principal.workspaceId, id)) {
      co_await waitHere(live, patience);
      if (!live->gone()) co_return co_await viewOf(std::move(live));
      continue;
    }
    EXECUTOR_CO_TRY(auto view, co_await waitElsewhere(principal, id, patience));
    if (view) co_return *std::move(view);
  }
}

// Until it has ended or left, or there is no more patience.
Task<void> LocalExecutions::waitHere(std::shared_ptr<Live> live, Patience patience) {
  while (!live->finished() && !live->gone()) {
    Deadline until = patience.until(!live->placed());
    if (live->waiting()) {
      const SteadyTime since = std::max(patience.begun, live->waitingSince());
      until = std::min(patience.deadline, since + patience.waitingGrace);
    }
    if (SteadyClock::now() >= until) co_return;
    co_await live->changed().wait(until);
  }
}

// None: something has changed, look again where it is. The watch is made before the look.
Task<Result<std::optional<ExecutionView>>> LocalExecutions::waitElsewhere(Principal principal,
                                                                          std::string id,
                                                                          Patience patience) {
  store::Watch watch = deps_.store.watch(executionTopic(id));
  EXECUTOR_CO_TRY(ExecutionRecord found, co_await record(principal, id));
  const bool held = found.state == State::waiting || found.state == State::queued;
  const Deadline until = patience.until(held);
  const bool patient = SteadyClock::now() < until;
  if (!isFinal(found.state) && lives_.find(principal.workspaceId, id)) co_return std::nullopt;
  if (isFinal(found.state) || !patient) co_return co_await storedView(std::move(found));
  co_await watch.wait(until);
  co_return std::nullopt;
}

}  // namespace executor::execution
