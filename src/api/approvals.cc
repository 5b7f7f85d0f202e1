// Looking at approvals and deciding them.
//
// The decision's rules live in approval/: once, by a person, durable before anyone is woken. Here a
// decision is only read from the body, and nothing but the two words `approve` and `deny` is one.
#include <fmt/format.h>

#include "api/arguments.h"
#include "api/decisions.h"
#include "api/endpoints.h"
#include "api/json-text.h"
#include "api/views.h"

namespace executor::api {
namespace {

// No default: a body that does not say what is meant decides nothing.
Result<DecisionDraft> readDecision(const json::object& body) {
  EXECUTOR_TRY(const auto word, requireString(body, "decision"));
  if (word != "approve" && word != "deny") {
    return fail(ErrorCode::invalid_argument, "\"decision\" must be \"approve\" or \"deny\".");
  }
  DecisionDraft decision{.approve = word == "approve"};
  EXECUTOR_TRY(decision.reason, optionalString(body, "reason"));
  EXECUTOR_TRY(const auto scope, optionalString(body, "scope"));
  if (!scope.empty() && !approval::parseScope(scope, decision.scope)) {
    return fail(ErrorCode::invalid_argument,
                "\"scope\" must be \"once\", \"execution\" or \"policy\".");
  }
  return decision;
}

Result<std::vector<std::string>> readIds(const json::object& body) {
  const json::array* array = findArray(body, "ids");
  const bool bounded = array != nullptr && !array->empty() && array->size() <= kMaxDecidedAtOnce;
  if (!bounded || !std::ranges::all_of(*array, &json::value::is_string)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("\"ids\" must be a list of 1 to {} ids.", kMaxDecidedAtOnce));
  }
  std::vector<std::string> ids;
  for (const auto& id : *array) ids.emplace_back(id.get_string());
  return ids;
}

// The approval as it is now, or why it is not decided.
std::string outcomeJson(const DecisionOutcome& outcome, std::string_view origin) {
  if (outcome.result) return approvalJson(*outcome.result, origin);
  const Error& error = outcome.result.error();
  return ObjectText()
      .text("id", outcome.id)
      .raw("error", ObjectText()
                        .text("code", error.codeName())
                        .text("message", error.message)
                        .textIf("hint", error.hint)
                        .take())
      .take();
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
  EXECUTOR_CO_CHECK(rejectUnknownMembers(call.body, "a decision", {"decision", "reason", "scope"}));
  EXECUTOR_CO_TRY(auto decision, readDecision(call.body));
  EXECUTOR_CO_TRY(const auto approval, co_await deps->approvals.decide(
                                           call.principal, call.parameter(), decision.approve,
                                           std::move(decision.reason), decision.scope));
  co_return okJson(approvalJson(approval, call.request.origin));
}

// 200 with one outcome each; `failed` says how many were not decided.
Task<Result<net::Response>> decideApprovals(Deps deps, Call call) {
  EXECUTOR_CO_CHECK(
      rejectUnknownMembers(call.body, "decisions", {"ids", "decision", "reason", "scope"}));
  EXECUTOR_CO_TRY(auto ids, readIds(call.body));
  EXECUTOR_CO_TRY(auto decision, readDecision(call.body));
  const auto outcomes =
      co_await decideEach(deps, call.principal, std::move(ids), std::move(decision));
  std::vector<std::string> items;
  std::int64_t failed = 0;
  for (const auto& outcome : outcomes) {
    items.push_back(outcomeJson(outcome, call.request.origin));
    failed += outcome.result ? 0 : 1;
  }
  co_return okJson(ObjectText()
                       .raw("items", arrayText(items))
                       .boolean("more", false)
                       .number("failed", failed)
                       .take());
}

}  // namespace executor::api
