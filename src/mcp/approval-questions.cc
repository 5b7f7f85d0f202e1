// Asking, listening, taking back.
#include "mcp/approval-questions.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/signal.h"
#include "mcp/approval-question.h"
#include "mcp/client-channel.h"

namespace executor::mcp {
namespace {

constexpr std::string_view kMethod = "elicitation/create";

bool holds(const std::vector<execution::PendingApproval>& pending, std::string_view id) {
  return std::ranges::find(pending, id, &execution::PendingApproval::id) != pending.end();
}

}  // namespace

void ApprovalQuestions::keepUpWith(const std::vector<execution::PendingApproval>& pending,
                                   asio::any_io_executor executor) {
  for (auto at = open_.begin(); at != open_.end();) {
    auto [id, withdrawal] = *at++;
    if (!holds(pending, id)) withdrawal->withdraw("It was decided elsewhere.");
  }
  for (const auto& approval : pending) {
    if (open_.size() >= kMaxQuestionsAtOnce) return;
    if (!asked_.insert(approval.id).second) continue;
    auto withdrawal = std::make_shared<Withdrawal>();
    open_.emplace(approval.id, withdrawal);
    asio::co_spawn(
        executor,
        [self = shared_from_this(), id = approval.id, withdrawal]() -> Task<void> {
          co_await self->ask(id, withdrawal);
          self->open_.erase(id);
          self->closed_.notify();
        },
        asio::detached);
  }
}

// Waiting is short: a withdrawn question ends as soon as its coroutine runs, and a decision that is
// being written as soon as it is.
Task<void> ApprovalQuestions::withdrawAll(std::string reason) {
  for (auto& [id, withdrawal] : std::map(open_)) withdrawal->withdraw(reason);
  while (!open_.empty()) (void)co_await closed_.wait(Deadline::max());
}

// An answer that does not count changes nothing; the client learns why where it listens.
Task<void> ApprovalQuestions::ask(std::string approvalId, std::shared_ptr<Withdrawal> withdrawal) {
  auto view = co_await deps_.approvals.show(call_.principal, approvalId);
  if (!view || view->status != "pending" || withdrawal->withdrawn()) co_return;
  auto asked = asking_ == Asking::form ? co_await askByForm(*view, withdrawal)
                                       : co_await askByUrl(*view, withdrawal);
  if (asked || asked.error().code == ErrorCode::cancelled) co_return;
  call_.channel->log(LogLevel::warning, "approvals",
                     quoteJson(approvalId + ": " + asked.error().message));
}

Task<Status> ApprovalQuestions::askByForm(const approval::ApprovalView& approval,
                                          std::shared_ptr<Withdrawal> withdrawal) {
  // Modes came with 2025-11-25.
  auto params = formQuestion(approval, call_.version >= "2025-11-25");
  EXECUTOR_CO_TRY(auto result,
                  co_await call_.channel->ask(Ask::elicitForm, std::string(kMethod),
                                              std::move(params), Deadline::max(), withdrawal));
  EXECUTOR_CO_TRY(auto answer, readApprovalAnswer(result));
  co_return co_await applyApprovalAnswer(deps_.approvals, call_.principal, approval.id,
                                         std::move(answer));
}

// Opening the page is no decision: the question stays until there is one, so that its end can be
// told (MCP 2025-11-25, elicitation, completion notifications).
Task<Status> ApprovalQuestions::askByUrl(const approval::ApprovalView& approval,
                                         std::shared_ptr<Withdrawal> withdrawal) {
  auto params = urlQuestion(approval, call_.origin);
  EXECUTOR_CO_TRY(auto result,
                  co_await call_.channel->ask(Ask::elicitUrl, std::string(kMethod),
                                              std::move(params), Deadline::max(), withdrawal));
  if (findString(result, "action") != "accept") co_return Status{};
  Signal decided;
  withdrawal->onWithdraw([&decided] { decided.notify(); });
  while (!withdrawal->withdrawn()) (void)co_await decided.wait(Deadline::max());
  withdrawal->onWithdraw(nullptr);
  call_.channel->notify("notifications/elicitation/complete",
                        R"({"elicitationId":)" + quoteJson(approval.id) + "}");
  co_return Status{};
}

}  // namespace executor::mcp
