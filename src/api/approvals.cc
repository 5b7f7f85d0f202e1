// Looking at approvals and deciding them.
//
// The decision's rules live in approval/: once, by a person, durable before anyone is woken. Here a
// decision is only read from the body, and nothing but the two words `approve` and `deny` is one.
#include "api/arguments.h"
#include "api/endpoints.h"
#include "api/json-text.h"
#include "api/views.h"

namespace executor::api {
namespace {

// A decision as it was sent; what it does is approval/'s business.
struct Decision {
  bool approve = false;
  std::string reason;
};

// No default: a body that does not say what is meant decides nothing.
Result<Decision> readDecision(const json::object& body) {
  EXECUTOR_CHECK(rejectUnknownMembers(body, "a decision", {"decision", "reason"}));
  EXECUTOR_TRY(const auto word, requireString(body, "decision"));
  if (word != "approve" && word != "deny") {
    return fail(ErrorCode::invalid_argument, "\"decision\" must be \"approve\" or \"deny\".");
  }
  Decision decision{.approve = word == "approve"};
  EXECUTOR_TRY(decision.reason, optionalString(body, "reason"));
  return decision;
}

// A misspelled filter must not look like an empty list.
Status checkStatus(std::string_view status) {
  for (const auto* known : {"", "pending", "approved", "denied", "expired", "cancelled"}) {
    if (status == known) return {};
  }
  return fail(ErrorCode::invalid_argument,
              "\"status\" must be pending, approved, denied, expired or cancelled.");
}

}  // namespace

// Agents may look: inputs are redacted, and looking decides nothing.
Task<Result<net::Response>> listApprovals(Deps deps, Call call) {
  auto status = call.request.queryParameter("status");
  EXECUTOR_CO_CHECK(checkStatus(status));
  EXECUTOR_CO_TRY(const auto approvals,
                  co_await deps->approvals.list(call.principal, std::move(status),
                                                call.request.queryParameter("executionId")));
  std::vector<std::string> items;
  items.reserve(approvals.size());
  for (const auto& item : approvals) items.push_back(approvalJson(item, call.request.origin));
  co_return okJson(listText(items));
}

Task<Result<net::Response>> showApproval(Deps deps, Call call) {
  EXECUTOR_CO_TRY(const auto approval,
                  co_await deps->approvals.show(call.principal, call.parameter()));
  co_return okJson(approvalJson(approval, call.request.origin));
}

// The table demands a person, and so does approval/ (invariant 10).
Task<Result<net::Response>> decideApproval(Deps deps, Call call) {
  EXECUTOR_CO_TRY(auto decision, readDecision(call.body));
  EXECUTOR_CO_TRY(const auto approval,
                  co_await deps->approvals.decide(call.principal, call.parameter(),
                                                  decision.approve, std::move(decision.reason)));
  co_return okJson(approvalJson(approval, call.request.origin));
}

}  // namespace executor::api
