#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "base/crash-point.h"
#include "base/log.h"
#include "base/text.h"
#include "execution/live.h"

namespace executor::execution {

using invocation::OutcomeStatus;

namespace {

// A workspace may want less than the sandbox would carry. The program did run, and what it did in
// the world stays: only its result is not kept.
void boundResult(sandbox::RunEnd& end, std::uint64_t most) {
  if (!end.ok || end.resultJson.size() <= most) return;
  end.error = Error{ErrorCode::result_too_large,
                    fmt::format("The result has {} bytes; at most {} are kept in this workspace.",
                                end.resultJson.size(), most),
                    "Return less, or a summary. The limit is the setting resultBytes.",
                    {}};
  end.ok = false;
  end.resultJson.clear();
}

}  // namespace

// The gate closes before anything else can happen: no call of this execution is admitted any more.
void Live::finishWith(sandbox::RunEnd end) {
  if (ending_) return;
  boundResult(end, limitsOf(journal_.record()).resultBytes);
  ending_ = true;
  budget_.pause(SteadyClock::now());
  budgetTimer_.cancel();
  timers_.clear();
  deps_.gate.close(id());
  asio::co_spawn(deps_.loop, finish(shared_from_this(), std::move(end)), asio::detached);
}

// The final record is durable before anyone is told (D7).
Task<void> Live::finish(std::shared_ptr<Live> self, sandbox::RunEnd end) {
  co_await self->closeCalls();
  Status written = co_await self->writeEnd(std::move(end));
  if (!written) {
    self->finalError_ = written.error();
    logError(LogLevel::error, "execution_end_not_stored", written.error(),
             {{"execution", self->id()}});
  }
  self->letGoOfGuest();
  if (self->abandoned_) co_return;
  if (self->waiting_) self->updateWaiting();
  self->finished_ = true;
  self->changed_.notify();
  if (self->owner_ != nullptr) self->owner_->onFinal(self);
}

// Calls that nobody waits for any more are cancelled; each still gets its outcome in the journal.
Task<void> Live::closeCalls() {
  for (auto& [n, call] : open_) {
    if (call.cancel) call.cancel->cancel();
  }
  const bool concernsHumans = timeline_.asksHuman() || timeline_.hasGrant();
  if (concernsHumans && !co_await cancelApprovals()) co_return;
  while (!open_.empty() && !abandoned_) {
    co_await drained_.wait(Deadline::max());
  }
}

// False if another node has taken the execution over: its approvals are that node's now.
Task<bool> Live::cancelApprovals() {
  Status owned = co_await journal_.flush();
  if (!owned && owned.error().code == ErrorCode::conflict) co_return false;
  Status cancelled = co_await deps_.approvals.cancelFor(id());
  if (!cancelled) logError(LogLevel::warn, "approvals_not_cancelled", cancelled.error());
  co_return true;
}

// D11. `denied` and the like depend on which error object the host saw at the top, not on what any
// object says of itself; `timed_out` and `cancelled` only on our own stop.
State Live::finalState(const sandbox::RunEnd& end) const {
  if (end.ok) return State::completed;
  const ErrorCode code = end.error.code;
  if (stopping_ && (code == ErrorCode::timed_out || code == ErrorCode::cancelled)) {
    return *stopping_;
  }
  const auto call = failures_.find(end.hostErrorCall);
  if (call == failures_.end()) return State::failed;
  switch (call->second.status) {
    case OutcomeStatus::denied: return State::denied;
    case OutcomeStatus::cancelled: return State::cancelled;
    default: return State::failed;
  }
}

// An uncaught error of a call keeps the call's own code, status and body: an agent reacts to these.
Ending Live::makeEnding(const sandbox::RunEnd& end) const {
  Ending ending;
  ending.errorMessage = end.error.message;
  ending.errorHint = end.error.hint;
  ending.errorStack = end.stack;
  if (const auto call = failures_.find(end.hostErrorCall); call != failures_.end()) {
    ending.errorMessage = call->second.error.message;
    ending.errorHint = call->second.error.hint;
    ending.errorBodyJson = call->second.upstreamBodyJson;
  }
  return ending;
}

// All fields are set before the flush that makes them durable together with the last event.
Task<Status> Live::writeEnd(sandbox::RunEnd end) {
  ExecutionRecord& record = journal_.record();
  const State state = finalState(end);
  Ending ending = makeEnding(end);
  if (end.ok) {
    if (end.resultJson.size() > kMaxInlineResultBytes) {
      EXECUTOR_CO_CHECK(co_await keepBigResult(std::move(end.resultJson), ending));
    } else {
      EXECUTOR_CO_TRY(ending.result, co_await keepText(deps_.store, std::move(end.resultJson), id(),
                                                       workspaceId()));
    }
  } else {
    const auto call = failures_.find(end.hostErrorCall);
    record.errorCode =
        call == failures_.end() ? end.error.codeName() : call->second.error.codeName();
    record.errorStatus = call == failures_.end() ? 0 : call->second.upstreamStatus;
    record.errorLine = end.position.line;
    record.errorColumn = end.position.column;
  }
  record.ending = std::move(ending);
  record.state = state;
  record.finishedAt = now();
  record.usedMs = budget_.used(SteadyClock::now()).count();
  json::object body{{"state", execution::name(state)}};
  if (!record.errorCode.empty()) body["code"] = record.errorCode;
  this->record(EventKind::finished, std::move(body));
  crashPoint(CrashPoint::before_finish);
  Status written = co_await journal_.flush();
  crashPoint(CrashPoint::after_finish);
  co_return written;
}

// The record that gives it a name is committed with the end itself.
Task<Status> Live::keepBigResult(std::string resultJson, Ending& ending) {
  ending.preview = truncateText(resultJson, kResultPreviewBytes);
  ending.result.bytes = resultJson.size();
  invocation::ResultStore results(deps_.store, deps_.clock);
  EXECUTOR_CO_TRY(invocation::ResultRecord kept,
                  co_await results.prepare({.workspaceId = workspaceId(),
                                            .executionId = id(),
                                            .mimeType = "application/json",
                                            .bytes = std::move(resultJson)}));
  ending.result.blob = kept.blob;
  ending.handle = kept.id;
  journal_.addResult(std::move(kept));
  co_return Status();
}

// Never inside one of the Run's own callbacks.
void Live::letGoOfGuest() {
  if (!run_) return;
  asio::post(deps_.loop,
             [run = std::shared_ptr<sandbox::Run>(std::move(run_))]() mutable { run.reset(); });
}

}  // namespace executor::execution
