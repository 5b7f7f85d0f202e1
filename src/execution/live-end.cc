#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
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

invocation::CallOutcome unsentOutcome(const CallTrace& call) {
  invocation::CallOutcome outcome;
  outcome.status = OutcomeStatus::cancelled;
  outcome.toolPath = call.view.tool;
  outcome.error = Error{ErrorCode::cancelled, "The execution ended before the call did.", {}, {}};
  return outcome;
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
  Status written = co_await self->tryToEnd(end);
  self->letGoOfGuest();
  if (!written) written = co_await self->endLater(std::move(end), std::move(written).error());
  if (self->abandoned_) co_return;
  if (!written && written.error().code == ErrorCode::conflict) {
    self->lose();
    co_return;
  }
  if (self->waiting_) self->updateWaiting();
  self->finished_ = true;
  self->changed_.notify();
  if (self->owner_ != nullptr) self->owner_->onFinal(self);
}

// A disk that is full now will not be for ever. Clients are told what is wrong and may go; the end
// is tried again until it is durable, or another node has the execution, or this one stops.
Task<Status> Live::endLater(sandbox::RunEnd end, Error error) {
  SteadyTimer timer(deps_.loop);
  for (auto delay = kEndRetry; error.code != ErrorCode::conflict;
       delay = std::min(2 * delay, kMaxEndRetry)) {
    logError(LogLevel::error, "execution_end_not_stored", error, {{"execution", id()}});
    finalError_ = error;
    finished_ = true;
    changed_.notify();
    if (error.code == ErrorCode::shutting_down) break;
    timer.expires_after(delay);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (abandoned_) break;
    Status written = co_await tryToEnd(end);
    finalError_.reset();
    if (written) co_return Status();
    error = std::move(written).error();
  }
  finalError_ = error;
  co_return std::unexpected(std::move(error));
}

// May be tried again: what has been done once is not done twice.
Task<Status> Live::tryToEnd(sandbox::RunEnd end) {
  if (isFinal(state())) co_return co_await journal_.flush();
  EXECUTOR_CO_CHECK(co_await closeCalls());
  co_return co_await writeEnd(std::move(end));
}

// Calls that nobody waits for any more are cancelled; each still gets its outcome in the journal.
// Approvals end first, which wakes the calls that wait for them, and once more where one was being
// made at that moment.
Task<Status> Live::closeCalls() {
  for (auto& [n, call] : open_) {
    if (call.cancel) call.cancel->cancel();
  }
  // One that was taken up may have asked without its journal telling of it.
  const bool concernsHumans =
      mayAsk_ || timeline_.asksHuman() || timeline_.hasGrant() || journal_.record().epoch > 1;
  if (concernsHumans) EXECUTOR_CO_CHECK(co_await cancelApprovals());
  while (!open_.empty() && !abandoned_) {
    co_await drained_.wait(Deadline::max());
  }
  if (mayAsk_) EXECUTOR_CO_CHECK(co_await cancelApprovals());
  // Whoever takes it up next ends it as a whole.
  if (abandoned_)
    co_return executor::fail(ErrorCode::conflict, "The execution is not this server's.");
  closeRest();
  co_return Status();
}

// Calls that are not open and have no outcome in the journal: those whose outcome waited for its
// turn, and those that a replay had not come to attach again.
void Live::closeRest() {
  for (const Ready& ready : std::exchange(queue_, {})) {
    if (ready.n != 0) recordEnd(ready.n, ready.outcome);
  }
  for (const auto& [n, call] : timeline_.calls()) {
    recordEnd(n, call.requested && !call.safe ? unknownOutcome(call) : unsentOutcome(call));
  }
}

// Once: the journal may have the outcome from a life in which the end did not become durable.
void Live::recordEnd(std::uint32_t n, const invocation::CallOutcome& outcome) {
  if (timeline_.calls().at(n).hasOutcome()) return;
  record(EventKind::call_ended, outcomeBody(n, outcome));
}

// `conflict` if another node has taken the execution over: its approvals are that node's now.
// Touched, because only a write can tell.
Task<Status> Live::cancelApprovals() {
  journal_.touch();
  EXECUTOR_CO_CHECK(co_await journal_.flush());
  EXECUTOR_CO_CHECK(co_await deps_.approvals.cancelFor(id()));
  mayAsk_ = false;
  co_return Status();
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
      EXECUTOR_CO_CHECK(co_await keepBigResult(end.resultJson, ending));
    } else {
      EXECUTOR_CO_TRY(ending.result,
                      co_await keepText(deps_.store, end.resultJson, id(), workspaceId()));
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
