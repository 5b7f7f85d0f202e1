// Ending an execution from outside: here, suspended, or on another server.
//
// One that is not here is asked for in the store: the request is durable, so it holds whatever
// happens to the node that runs the execution. Its owner is told by a topic; of a suspended one,
// or when the owner dies, whoever claims it next finds the request and ends it instead of running
// it. The request is removed once the execution is final.
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.h"
#include "base/text.h"
#include "execution/local-executions.h"
#include "execution/ownership.h"

namespace executor::execution {
namespace {

// At most so long a client is kept for an owner that does not answer: the lease of a dead one ends
// earlier.
constexpr std::chrono::seconds kCancelPatience{40};
constexpr std::size_t kCancelsAtOnce = 100;

std::unexpected<Error> hasEnded(std::string_view id) {
  return fail(ErrorCode::conflict, fmt::format("Execution {} has ended already.", id));
}

struct Wish {
  std::string workspaceId, id, reason;
};

Status askForCancel(store::Txn& txn, const Wish& wish) {
  EXECUTOR_TRY(ExecutionRecord record, readOwn(txn, wish.workspaceId, wish.id));
  if (isFinal(record.state)) return hasEnded(wish.id);
  EXECUTOR_TRY(auto marker, txn.get<OpenExecution>(wish.id));
  const std::string owner = marker ? marker->nodeId : "";
  EXECUTOR_CHECK(txn.put(CancelRequest{wish.id, owner, wish.reason}));
  txn.touch(cancelTopic(owner));
  return wake(txn, wish.id);
}

Status removeIfFinal(store::Txn& txn, const std::string& id) {
  EXECUTOR_TRY(auto record, txn.get<ExecutionRecord>(id));
  if (record && !isFinal(record->state)) return {};
  return txn.remove<CancelRequest>(id);
}

}  // namespace

Error cancelledFor(const std::string& reason) {
  return Error{ErrorCode::cancelled, reason.empty() ? "The execution was cancelled."
                                                    : "The execution was cancelled: " + reason};
}

// Answers when it has really ended: guest stopped, requests aborted, final record durable.
Task<Result<ExecutionView>> LocalExecutions::cancel(Principal principal, std::string id,
                                                    std::string reason) {
  std::string text = truncateText(trimText(reason), kMaxCancelReasonBytes);
  if (auto live = lives_.find(principal.workspaceId, id)) {
    if (live->ending() && !live->gone()) co_return hasEnded(id);
    if (co_await cancelHere(live, text)) co_return co_await viewOf(std::move(live));
  }
  co_return co_await cancelElsewhere(std::move(principal), std::move(id), std::move(text));
}

// False if it left this node before it could be ended.
Task<bool> LocalExecutions::cancelHere(std::shared_ptr<Live> live, std::string reason) {
  live->stop(State::cancelled, cancelledFor(reason));
  while (!live->finished() && !live->gone()) {
    if (!co_await live->changed().wait(Deadline::max())) break;
  }
  co_return !live->gone();
}

Task<Result<ExecutionView>> LocalExecutions::cancelElsewhere(Principal principal, std::string id,
                                                             std::string reason) {
  const Deadline deadline = deadlineAfter(kCancelPatience);
  store::Watch watch = deps_.store.watch(executionTopic(id));
  Wish wish{principal.workspaceId, id, std::move(reason)};
  auto ask = [wish = std::move(wish)](store::Txn& txn) { return askForCancel(txn, wish); };
  EXECUTOR_CO_CHECK(co_await deps_.store.write(std::move(ask)));
  for (;;) {
    EXECUTOR_CO_TRY(ExecutionRecord found, co_await record(principal, id));
    if (isFinal(found.state)) co_return co_await storedView(std::move(found));
    if (!co_await watch.wait(deadline) && SteadyClock::now() >= deadline) break;
  }
  co_return fail(ErrorCode::unavailable,
                 fmt::format("Execution {} was asked to end and has not ended yet.", id),
                 "The request stands. Look at the execution again in a moment.");
}

// What was asked of this node's executions, for as long as it lives.
Task<void> LocalExecutions::obeyCancels(LocalExecutions* self, std::shared_ptr<bool> alive) {
  store::Watch watch = self->deps_.store.watch(cancelTopic(self->deps_.nodeId));
  while (*alive) {
    auto find = [node = self->deps_.nodeId](store::Txn& txn) {
      return txn.scan<CancelRequest>("byNode", {.prefix = {node}, .limit = kCancelsAtOnce});
    };
    auto asked = co_await self->deps_.store.read(std::move(find));
    if (!*alive) co_return;
    if (asked) {
      for (const CancelRequest& one : asked->items) self->obey(one.executionId, one.reason);
    }
    co_await watch.wait();
  }
}

// One that is not here is somebody else's by now, who found the request, or has ended.
void LocalExecutions::obey(const std::string& id, const std::string& reason) {
  if (!obeying_.insert(id).second) return;
  auto live = lives_.find(id);
  if (live) live->stop(State::cancelled, cancelledFor(reason));
  asio::co_spawn(deps_.loop, settleCancel(this, alive_, std::move(live), id), asio::detached);
}

Task<void> LocalExecutions::settleCancel(LocalExecutions* self, std::shared_ptr<bool> alive,
                                         std::shared_ptr<Live> live, std::string id) {
  while (live && !live->finished() && !live->gone()) {
    if (!co_await live->changed().wait(Deadline::max())) break;
  }
  if (!*alive) co_return;
  auto settle = [id](store::Txn& txn) { return removeIfFinal(txn, id); };
  Status removed = co_await self->deps_.store.write(std::move(settle));
  if (!removed) logError(LogLevel::warn, "cancel_not_settled", removed.error());
  if (*alive) self->obeying_.erase(id);
}

}  // namespace executor::execution
