// The questions that one open request has put to its client, one per pending approval.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/signal.h"
#include "mcp/follow-execution.h"

namespace executor::mcp {

// Shared with the coroutines that wait for answers; they may outlive the request by a moment.
class ApprovalQuestions : public std::enable_shared_from_this<ApprovalQuestions> {
 public:
  ApprovalQuestions(FollowDeps deps, Call call, Asking asking)
      : deps_(deps), call_(std::move(call)), asking_(asking) {}

  // Asks what is new among `pending` and takes back what is not pending any more.
  void keepUpWith(const std::vector<execution::PendingApproval>& pending,
                  asio::any_io_executor executor);
  // Completes when nothing more will be said about any of them: what the client has to know of
  // their end goes out before the answer.
  Task<void> withdrawAll(std::string reason);
  // The client shows at least one of them to its user now.
  bool open() const { return !open_.empty(); }

 private:
  Task<void> ask(std::string approvalId, std::shared_ptr<Withdrawal> withdrawal);
  Task<Status> askByForm(const approval::ApprovalView& approval,
                         std::shared_ptr<Withdrawal> withdrawal);
  Task<Status> askByUrl(const approval::ApprovalView& approval,
                        std::shared_ptr<Withdrawal> withdrawal);

  FollowDeps deps_;
  Call call_;
  Asking asking_;
  std::set<std::string> asked_;
  std::map<std::string, std::shared_ptr<Withdrawal>> open_;
  Signal closed_;
};

}  // namespace executor::mcp
