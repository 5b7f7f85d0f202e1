// The loop of looking, telling and asking.
#include "mcp/follow-execution.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "mcp/approval-questions.h"
#include "mcp/client-channel.h"

namespace executor::mcp {
namespace {

using execution::ExecutionView;
using execution::State;

// console.* as MCP's levels.
LogLevel levelOf(std::string_view method) {
  if (method == "debug") return LogLevel::debug;
  if (method == "warn") return LogLevel::warning;
  if (method == "error") return LogLevel::error;
  return LogLevel::info;
}

// What the client has been told already.
struct Told {
  std::size_t calls = 0, logs = 0;
};

void tellProgress(ClientChannel& client, const ExecutionView& view, Told& told) {
  if (view.calls.size() <= told.calls) return;
  told.calls = view.calls.size();
  const std::string count = std::to_string(told.calls) + (told.calls == 1 ? " call" : " calls");
  client.progress(static_cast<double>(told.calls), std::nullopt,
                  count + " made, the last of " + view.calls.back().tool);
}

void tellLogs(ClientChannel& client, const ExecutionView& view, Told& told) {
  for (; told.logs < view.logs.size(); ++told.logs) {
    const auto& line = view.logs[told.logs];
    client.log(levelOf(line.level), "program", quoteJson(line.text));
  }
}

bool wantsToLookOn(const ClientChannel& client) {
  return client.wantsProgress() || client.wantsLog(LogLevel::emergency);
}

// Neither running nor done: what its client is not kept waiting for.
bool atRest(const ExecutionView& view) {
  return view.state == State::waiting || view.state == State::queued;
}

Task<void> sleepUntil(Deadline deadline) {
  asio::steady_timer timer(co_await asio::this_coro::executor, deadline);
  co_await timer.async_wait(asio::use_awaitable);
}

class Following {
 public:
  Following(FollowDeps deps, Call call, std::string id, Asking asking,
            std::chrono::milliseconds grace)
      : deps_(deps), call_(std::move(call)), id_(std::move(id)), asking_(asking), grace_(grace) {
    questions_ = std::make_shared<ApprovalQuestions>(deps_, call_, asking_);
  }

  Task<Result<ExecutionView>> run() {
    for (;;) {
      const Deadline next = deadlineAfter(interval_);
      // The grace is counted here; the service only wakes us when it ends.
      EXECUTOR_CO_TRY(auto view, co_await deps_.executions.wait(call_.principal, id_, next,
                                                                execution::kWaitingGrace * 1'000));
      tell(view);
      if (isFinal(view.state)) co_return co_await done(std::move(view), "The execution has ended.");
      if (asking_ != Asking::no) {
        questions_->keepUpWith(view.approvals, co_await asio::this_coro::executor);
      }
      const Deadline patience = patienceWith(view);
      if (std::chrono::steady_clock::now() >= patience) {
        co_return co_await done(std::move(view),
                                "The request is answered; the approval stays open.");
      }
      co_await sleepUntil(std::min(next, patience));
    }
  }

 private:
  void tell(const ExecutionView& view) {
    tellLogs(*call_.channel, view, told_);
    tellProgress(*call_.channel, view, told_);
    if (view.calls.size() > kLargeCallCount) interval_ = kSlowFollowInterval;
  }

  // Until when a rest is waited out: from its beginning on, longer while a question is open. A
  // client that withdrew its request waits for nothing.
  Deadline patienceWith(const ExecutionView& view) {
    if (call_.cancel && call_.cancel->fired()) return Deadline::min();
    if (!atRest(view)) return Deadline::max();
    std::string rest;
    for (const auto& approval : view.approvals) rest += approval.id + ' ';
    if (!restingSince_ || rest != rest_) restingSince_ = std::chrono::steady_clock::now();
    rest_ = std::move(rest);
    const auto grace = questions_->open() ? kQuestionGrace : grace_;
    return *restingSince_ + grace;
  }

  Task<ExecutionView> done(ExecutionView view, std::string reason) {
    co_await questions_->withdrawAll(std::move(reason));
    co_return view;
  }

  FollowDeps deps_;
  Call call_;
  std::string id_;
  Asking asking_;
  std::chrono::milliseconds grace_;
  std::shared_ptr<ApprovalQuestions> questions_;
  Told told_;
  std::chrono::milliseconds interval_ = kFollowInterval;
  std::string rest_;  // which approvals it rests on
  std::optional<SteadyTime> restingSince_;
};

}  // namespace

Asking askingOf(const Call& call) {
  if (call.principal.mayApprove && call.channel->canAsk(Ask::elicitForm)) return Asking::form;
  return call.channel->canAsk(Ask::elicitUrl) ? Asking::url : Asking::no;
}

// Who neither looks on nor can be asked costs one wait.
Task<Result<ExecutionView>> followExecution(FollowDeps deps, Call call, std::string id,
                                            Asking asking, std::chrono::milliseconds grace) {
  if (asking == Asking::no && !wantsToLookOn(*call.channel)) {
    co_return co_await deps.executions.wait(call.principal, std::move(id), Deadline::max(), grace);
  }
  Following following(deps, std::move(call), std::move(id), asking, grace);
  co_return co_await following.run();
}

}  // namespace executor::mcp
