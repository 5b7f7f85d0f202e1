#include <fmt/format.h>

#include "base/crash-point.h"
#include "base/fault.h"
#include "execution/live.h"

namespace executor::execution {

using invocation::CallOutcome;
using invocation::OutcomeStatus;

// The timeline is folded first: views are right from the first moment, and replay compares with it.
void Live::resume(std::string code, std::string input, const std::vector<Event>& events) {
  code_ = std::move(code);
  token_ = deps_.gate.open(id());
  for (const Event& event : events) timeline_.apply(event);
  Replay replay(events, timeline_);
  const bool direct = !journal_.record().tool.empty();
  if (const json::object* last = direct ? replay.next() : nullptr) delivered_ = outcomeFrom(*last);
  record(EventKind::resumed, {{"epoch", journal_.record().epoch}});
  if (!replay.hasStarted() && refuseByTypes()) return;
  if (replay.hasStarted() && journal_.record().tool.empty()) replay_ = std::move(replay);
  prepared(std::move(input));
}

// A recorded call keeps its id, which is also its approval's; none of them runs before the replay
// has ended.
void Live::replayOpenCall(std::uint32_t n, OpenCall call) {
  Result<bool> recorded =
      replay_->checkCall(n, turn(), call.path, rawHash(call.inputJson, call.optionsJson));
  if (!recorded) return fail(std::move(recorded).error());
  if (*recorded) {
    call.callId = timeline_.calls().at(n).view.id;
  } else {
    recordCall(n, call);
  }
  again_.insert_or_assign(n, std::move(call));
}

// Feeds the next recorded delivery; when there is none, the program is where it was.
void Live::replayStep() {
  const json::object* body = replay_->next();
  if (body == nullptr) return endReplay();
  guestClock_ = numberOf(*body, "clock");
  const auto n = static_cast<std::uint32_t>(numberOf(*body, "n"));
  const auto timer = static_cast<std::uint32_t>(numberOf(*body, "timer"));
  const std::size_t known = n != 0 ? again_.erase(n) : timers_.erase(timer);
  if (known == 0) {
    return fail(Error{ErrorCode::replay_diverged,
                      fmt::format("Resuming stopped in turn {}: the journal delivers {} {}, which "
                                  "the program did not open.",
                                  turn(), n != 0 ? "call" : "timer", n != 0 ? n : timer),
                      "Nothing was sent again. Run the program anew.",
                      {}});
  }
  if (n != 0 && textOf(*body, "status") != "completed") {
    failures_.emplace(n, outcomeFrom(*body));
  }
  deliver(*body);
}

// Sent before the guest was lost, or with an outcome that waits for it.
bool Live::isUnderWay(std::uint32_t n) const {
  return open_.contains(n) || std::ranges::find(queue_, n, &Ready::n) != queue_.end();
}

// Ids first: attaching may end a call and change open_.
void Live::endReplay() {
  if (Status complete = replay_->checkComplete(turn()); !complete) {
    return fail(std::move(complete).error());
  }
  replay_.reset();
  for (auto& [id, timer] : timers_) armTimer(id);
  std::vector<std::uint32_t> idle;
  for (auto& [n, call] : std::exchange(again_, {})) {
    if (isUnderWay(n)) continue;
    open_.insert_or_assign(n, std::move(call));
    idle.push_back(n);
  }
  for (const std::uint32_t n : idle) reattach(n);
  crashPoint(CrashPoint::after_resume);
  pump();
}

CallOutcome unknownOutcome(const CallTrace& call) {
  CallOutcome outcome;
  outcome.status = OutcomeStatus::unknown;
  outcome.toolPath = call.view.tool;
  outcome.error = Error{ErrorCode::outcome_unknown,
                        fmt::format("The server stopped while {} was being sent; its outcome is "
                                    "unknown.",
                                    call.view.tool),
                        "It may have taken effect. Read the state before you try again.",
                        {}};
  return outcome;
}

// D7: a call that may have been sent and must not be sent twice is `unknown`; every other runs
// again, which for one that asked a human means waiting for the same approval.
void Live::reattach(std::uint32_t n) {
  const auto traced = timeline_.calls().find(n);
  OpenCall& call = open_.at(n);
  if (traced == timeline_.calls().end()) return spawnCall(n);
  const CallTrace& trace = traced->second;
  if (trace.ended) return callEnded(n, outcomeFrom(*trace.ended));
  if (!trace.approvalId.empty()) call.expectedToolSet = trace.toolSet;
  if (!trace.requested || trace.retryable || EXECUTOR_FAULT(retry_unsafe)) return spawnCall(n);
  callEnded(n, unknownOutcome(trace));
}

void Live::fail(Error error) {
  if (ending_) return;
  sandbox::RunEnd end;
  end.error = std::move(error);
  finishWith(std::move(end));
}

}  // namespace executor::execution
