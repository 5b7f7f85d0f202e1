#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "approval/approval.h"
#include "base/crash-point.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "execution/live.h"
#include "execution/ownership.h"

namespace executor::execution {

using invocation::CallOutcome;
using invocation::OutcomeStatus;

namespace {

std::unexpected<Error> ended() {
  return executor::fail(ErrorCode::cancelled, "The execution ended before the call was sent.");
}

}  // namespace

std::string rawHash(std::string_view input, std::string_view options) {
  std::string bytes(input);
  bytes += '\n';
  bytes += options;
  return sha256Hex(bytes);
}

// Before the call runs: replay needs to know of calls that never got further.
void Live::recordCall(std::uint32_t n, const OpenCall& call) {
  record(EventKind::call, {{"n", n},
                           {"id", call.callId},
                           {"turn", turn()},
                           {"path", call.path},
                           {"hash", rawHash(call.inputJson, call.optionsJson)}});
}

void Live::openCall(std::uint32_t n, OpenCall call) {
  recordCall(n, call);
  open_.insert_or_assign(n, std::move(call));
  spawnCall(n);
}

// Calls of one program run concurrently; the loop is one thread, so nothing needs a lock.
void Live::spawnCall(std::uint32_t n) {
  OpenCall& call = open_.at(n);
  call.cancel = std::make_shared<net::ClientCancel>();
  call.hangUp = std::make_shared<asio::cancellation_signal>();
  auto done = [held = call.hangUp](std::exception_ptr) {};
  asio::co_spawn(deps_.loop, runCall(shared_from_this(), n),
                 asio::bind_cancellation_slot(call.hangUp->slot(), std::move(done)));
}

// Copies: the entry in open_ may go while the call is under way.
invocation::CallRequest Live::requestFor(std::uint32_t n, const OpenCall& call) const {
  invocation::CallRequest request;
  request.principal = principalOf(journal_.record());
  request.executionId = id();
  request.token = token_;
  request.n = n;
  request.callId = call.callId;
  request.path = call.path;
  request.inputJson = call.inputJson;
  request.optionsJson = call.optionsJson;
  request.catalog = catalog_;
  request.expectedToolSet = call.expectedToolSet;
  const ExecutionLimits limits = limitsOf(journal_.record());
  request.maxInputBytes = limits.callInputBytes;
  request.maxOutputBytes = limits.callOutputBytes;
  request.approvalMaxAge = limits.approvalDays * kDayMs;
  return request;
}

// Holds the Live, so that a call that ends late finds it.
Task<void> Live::runCall(std::shared_ptr<Live> self, std::uint32_t n) {
  const auto found = self->open_.find(n);
  if (found == self->open_.end()) co_return;
  auto request = self->requestFor(n, found->second);
  auto cancel = found->second.cancel;
  CallOutcome outcome =
      co_await self->deps_.invoker.invoke(std::move(request), *self, std::move(cancel));
  self->callEnded(n, std::move(outcome));
}

// For the list of executions; canonical addresses alone, so that a program cannot write there.
void Live::noteTool(const std::string& path) {
  std::vector<std::string>& tools = journal_.record().tools;
  if (path.empty() || tools.size() >= kMaxToolsKept) return;
  if (std::ranges::find(tools, path) == tools.end()) tools.push_back(path);
}

// After the end the outcome is only written down: there is no program to give it to.
void Live::callEnded(std::uint32_t n, CallOutcome outcome) {
  if (abandoned_ || open_.erase(n) == 0) return;
  crashPoint(CrashPoint::before_outcome);
  if (outcome.error.code != ErrorCode::unknown_tool) noteTool(outcome.toolPath);
  if (ending_) {
    recordEnd(n, outcome);
    drained_.notify();
    return;
  }
  if (!run_ && !journal_.record().tool.empty()) return endDirectCall(std::move(outcome));
  if (EXECUTOR_FAULT(outcome_twice)) queue_.push_back(Ready{.outcome = outcome, .n = n});
  queue_.push_back(Ready{.outcome = std::move(outcome), .n = n});
  pump();
}

// The outcome of the only call is the outcome of the execution (D13).
void Live::endDirectCall(CallOutcome outcome) {
  json::object body = outcomeBody(1, outcome);
  body["clock"] = now();
  record(EventKind::delivered, std::move(body));
  endWith(std::move(outcome));
}

void Live::endWith(CallOutcome outcome) {
  sandbox::RunEnd end;
  end.ok = outcome.status == OutcomeStatus::completed;
  if (end.ok) {
    end.resultJson = outcome.valueJson.empty() ? "null" : outcome.valueJson;
  } else {
    end.error = outcome.error;
    end.hostErrorCall = 1;
    failures_.emplace(1, std::move(outcome));
  }
  finishWith(std::move(end));
}

// What another node has taken is not to go on here for a moment longer.
Task<Status> Live::flushOwn() {
  Status durable = co_await journal_.flush();
  if (!durable && durable.error().code == ErrorCode::conflict) lose();
  co_return durable;
}

// D7: a safe call costs no commit. For an unsafe one the world is touched only after the disk was,
// and only if the execution has not ended during the commit.
Task<Status> Live::requested(invocation::RequestedCall call) {
  if (ending_) co_return ended();
  noteTool(call.toolPath);
  record(EventKind::call_requested, {{"n", call.n},
                                     {"tool", call.toolPath},
                                     {"source", call.sourceId},
                                     {"toolSet", call.toolSetHash},
                                     {"method", call.method},
                                     {"safe", call.safe},
                                     {"retryable", call.retryable},
                                     {"hash", call.inputHash},
                                     {"input", call.inputJson}});
  if (call.safe || EXECUTOR_FAULT(send_before_durable)) co_return Status();
  auto self = shared_from_this();
  crashPoint(CrashPoint::before_requested);
  EXECUTOR_CO_CHECK(co_await flushOwn());
  crashPoint(CrashPoint::after_requested);
  if (ending_) co_return ended();
  co_return Status();
}

void Live::recordAsked(const invocation::RequestedCall& call,
                       const approval::ApprovalDraft& draft) {
  record(EventKind::approval_requested, {{"n", call.n},
                                         {"approval", draft.id},
                                         {"tool", call.toolPath},
                                         {"summary", draft.summary},
                                         {"toolSet", call.toolSetHash},
                                         {"hash", call.inputHash}});
}

void Live::recordDecided(std::uint32_t n, const std::string& approvalId,
                         const approval::Ruling& ruling) {
  json::object body{{"n", n},
                    {"approval", approvalId},
                    {"verdict", approval::name(ruling.verdict)},
                    {"by", ruling.decidedBy},
                    {"reason", ruling.reason}};
  if (ruling.scope != approval::Scope::once) body["scope"] = approval::name(ruling.scope);
  if (!ruling.grantedBy.empty()) body["grantedBy"] = ruling.grantedBy;
  record(EventKind::decided, std::move(body));
}

// The execution is durable before its approval is, so that no one can decide about nothing. After a
// restart the approval of the same call is there already and is waited for again. A call that a
// person has allowed before, for this execution, has its ruling at once.
Task<Result<approval::Ruling>> Live::ask(invocation::RequestedCall call,
                                         approval::ApprovalDraft draft) {
  auto self = shared_from_this();
  EXECUTOR_CO_CHECK(co_await flushOwn());
  if (ending_) co_return ended();
  using Ruled = Result<std::optional<approval::Ruling>>;
  auto create = [&approvals = deps_.approvals, draft, at = now(),
                 node = journal_.record().nodeId](store::Txn& txn) -> Ruled {
    EXECUTOR_CHECK(checkRunner(txn, draft.executionId, node));
    EXECUTOR_CHECK(approvals.create(txn, draft, at));
    return approvals.ruled(txn, draft.id);
  };
  crashPoint(CrashPoint::before_ask);
  Ruled created = co_await deps_.store.write(std::move(create));
  crashPoint(CrashPoint::after_ask);
  const bool resumed = !created && created.error().code == ErrorCode::already_exists;
  if (!created && created.error().code == ErrorCode::conflict) lose();
  if (!created || ending_) mayAsk_ = true;
  if (!created && !resumed) co_return std::unexpected(std::move(created).error());
  if (ending_) co_return ended();
  // The crash may have come between the approval and the journal's word of it.
  if (timeline_.calls().at(call.n).approvalId.empty()) recordAsked(call, draft);
  if (created && *created) {
    recordDecided(call.n, draft.id, **created);
    co_return **std::move(created);
  }
  setAsking(call.n, draft.id);
  Result<approval::Ruling> ruling = co_await deps_.approvals.wait(draft.id);
  setAsking(call.n, {});
  if (abandoned_) co_return ended();
  if (ruling) recordDecided(call.n, draft.id, *ruling);
  co_return ruling;
}

// Whether the execution waits for a human depends on all of its calls together.
void Live::setAsking(std::uint32_t n, std::string approvalId) {
  if (const auto found = open_.find(n); found != open_.end()) {
    found->second.asking = !approvalId.empty();
    found->second.approvalId = std::move(approvalId);
  }
  updateWaiting();
}

}  // namespace executor::execution
