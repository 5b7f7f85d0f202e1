#include "invocation/invoker.h"

#include "base/id.h"
#include "invocation/tool-call.h"

namespace executor::invocation {
namespace {

// Holds references only. The state of a call lives in its ToolCall, inside the coroutine's frame.
class PipelineInvoker : public Invoker {
 public:
  explicit PipelineInvoker(Pipeline pipeline) : pipeline_(pipeline) {}

  Task<CallOutcome> invoke(CallRequest request, CallJournal& journal,
                           std::shared_ptr<net::ClientCancel> cancel) override {
    ToolCall call(pipeline_, std::move(request), journal, std::move(cancel));
    co_return co_await call.run();
  }

 private:
  Pipeline pipeline_;
};

}  // namespace

std::string_view name(OutcomeStatus status) {
  switch (status) {
    case OutcomeStatus::completed: return "completed";
    case OutcomeStatus::failed: return "failed";
    case OutcomeStatus::denied: return "denied";
    case OutcomeStatus::cancelled: return "cancelled";
    case OutcomeStatus::unknown: return "unknown";
  }
  std::unreachable();
}

std::string approvalIdOf(std::string_view callId) {
  const std::size_t end = callId.find('_');
  const std::string_view uuid = end == std::string_view::npos ? callId : callId.substr(end + 1);
  return std::string(idPrefix::kApproval) + "_" + std::string(uuid);
}

void connectPolicies(approval::Approvals& approvals, policy::Policies& policies) {
  approvals.onPolicy([&policies](store::Txn& txn, const approval::PolicyWish& wish) {
    return policies.allow(txn, {.workspaceId = wish.workspaceId,
                                .tool = wish.toolPath,
                                .createdBy = wish.accountId,
                                .fromApproval = wish.approvalId,
                                .now = wish.now});
  });
}

std::unique_ptr<Invoker> makeInvoker(policy::Policies& policies,
                                     credential::Connections& connections,
                                     approval::Approvals& approvals, catalog::Sources& sources,
                                     net::Sender& client, CallGate& gate, const Clock& clock,
                                     ResultStore& results) {
  static_cast<void>(clock);  // expiry of approvals is approval/'s; the seam keeps it for conditions
  return std::make_unique<PipelineInvoker>(
      Pipeline{policies, connections, approvals, sources, client, gate, results});
}

}  // namespace executor::invocation
