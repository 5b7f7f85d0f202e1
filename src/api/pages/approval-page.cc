// `/approvals/<id>`: the page on which somebody decides.
//
// Whoever decides must see what would be sent: tool, method, origin and input, the latter with
// secret members redacted by approval/ and otherwise as it is. What was approved is what is sent
// (invariant 4), so there is nothing to edit here. The program is shown below, because the reason
// for a call is often only there.
#include "api/decisions.h"
#include "api/pages/layout.h"
#include "api/pages/pages.h"
#include "base/text.h"
#include "identity/form.h"

namespace executor::api {
namespace {

// Rows without a value are left out.
Markup row(Literal label, std::string_view value) {
  Markup out;
  if (value.empty()) return out;
  return out.raw("<tr><th>").raw(label).raw("</th><td>").text(value).raw("</td></tr>\n");
}

// Of a decision that reaches further than its call.
std::string reach(const approval::ApprovalView& approval) {
  switch (approval.scope) {
    case approval::Scope::once: return {};
    case approval::Scope::execution: return "all calls of this tool in this execution";
    case approval::Scope::policy: return "every call of this tool, by policy " + approval.policyId;
  }
  return {};
}

// Tool, method and origin are what the decision is about, so they come before the form.
Markup facts(const approval::ApprovalView& approval) {
  Markup out;
  out.raw("<table><tr><th>Status</th><td class=\"").text(approval.status).raw("\">");
  out.text(approval.status).raw("</td></tr>\n");
  out.add(row("Tool", approval.toolPath))
      .add(row("Method", approval.method))
      .add(row("Sent to", approval.origin))
      .add(row("Asked", formatTime(approval.createdAt)))
      .add(row("Decided by", approval.decidedBy))
      .add(row("Reason", approval.reason))
      .add(row("Reaches", reach(approval)));
  if (!approval.grantedBy.empty()) {
    out.raw("<tr><th>Covered by</th><td>");
    out.link("/approvals/" + approval.grantedBy, approval.grantedBy).raw("</td></tr>\n");
  }
  if (approval.decidedAt != 0) out.add(row("Decided", formatTime(approval.decidedAt)));
  out.raw("<tr><th>Execution</th><td>");
  return out.link("/executions/" + approval.executionId, approval.executionId)
      .raw("</td></tr></table>");
}

// Buttons of one form; the browser sends the value of the one that was pressed. Enter in the
// reason field presses a form's first button, so the first one is Deny: a slip never approves. What
// reaches furthest comes last, and says how far.
Markup decisionForm(const approval::ApprovalView& approval, const identity::Session& session) {
  Markup out;
  out.raw("<h2>Your decision</h2><form method=\"post\" action=\"/approvals/")
      .text(approval.id)
      .raw("/decision\">")
      .add(csrfField(session))
      .raw(
          "<label>Reason (the program sees it)<input type=\"text\" name=\"reason\" "
          "maxlength=\"500\"></label>"
          "<button class=\"deny\" name=\"decision\" value=\"deny\">Deny</button> "
          "<button class=\"approve\" name=\"decision\" value=\"approve\">Approve</button>"
          "<p class=\"muted\">Or approve more than this call:</p>"
          "<button name=\"decision\" value=\"approve-execution\">Approve ")
      .text(approval.toolPath)
      .raw(" for this execution</button> <button name=\"decision\" value=\"approve-policy\">Allow ")
      .text(approval.toolPath)
      .raw(" from now on</button></form>");
  return out;
}

// Why the call is made is often clearer from the program than from the input.
Markup program(const execution::ExecutionView& execution) {
  Markup out;
  if (execution.code.empty()) return out;
  return out.raw("<h2>The program that asks</h2>").element("pre", revealDirection(execution.code));
}

// Anything but the words of our own buttons decides nothing.
Result<DecisionDraft> readDecision(const net::Request& request) {
  using approval::Scope;
  const auto word = identity::formField(request, "decision");
  const auto reason = identity::formField(request, "reason");
  if (word == "deny") return DecisionDraft{false, reason, Scope::once};
  if (word == "approve") return DecisionDraft{true, reason, Scope::once};
  if (word == "approve-execution") return DecisionDraft{true, reason, Scope::execution};
  if (word == "approve-policy") return DecisionDraft{true, reason, Scope::policy};
  return fail(ErrorCode::invalid_argument, "The form must say approve or deny.");
}

// Where a decision leads; 303, so that a reload asks again instead of deciding again.
net::Response leadTo(const std::string& path) {
  auto response = net::Response::redirect(path);
  addPageHeaders(response);
  return response;
}

}  // namespace

// GET shows what exactly will be sent if it is approved; it never decides.
Task<Result<net::Response>> approvalPage(Deps deps, PageCall call) {
  const auto principal = call.session.principal;
  EXECUTOR_CO_TRY(const approval::ApprovalView approval,
                  co_await deps->approvals.show(principal, call.parameter()));
  const auto execution = co_await deps->executions.show(principal, approval.executionId);
  Markup body;
  if (!approval.summary.empty()) body.element("p", approval.summary);
  body.add(facts(approval));
  body.raw("<h2>Input</h2>").element("pre", wholeJson(approval.inputJson));
  if (approval.status == "pending") body.add(decisionForm(approval, call.session));
  if (execution) body.add(program(*execution));
  co_return page(200, "Approval", body, &call.session);
}

Task<Result<net::Response>> decideOnPage(Deps deps, PageCall call) {
  EXECUTOR_CO_TRY(auto draft, readDecision(call.request));
  EXECUTOR_CO_TRY(const auto approval, co_await deps->approvals.decide(
                                           call.session.principal, call.parameter(), draft.approve,
                                           std::move(draft.reason), draft.scope));
  co_return leadTo("/approvals/" + approval.id);
}

// Those that the page showed. An error of one is shown, the others are decided.
Task<Result<net::Response>> decideAllOnPage(Deps deps, PageCall call) {
  EXECUTOR_CO_TRY(auto draft, readDecision(call.request));
  std::vector<std::string> ids;
  const auto shown = identity::formField(call.request, "ids");
  for (const auto id : splitText(shown, ' ')) ids.emplace_back(id);
  if (ids.size() > kMaxDecidedAtOnce) {
    co_return fail(ErrorCode::invalid_argument, "The form names too many approvals.");
  }
  for (const auto& outcome :
       co_await decideEach(deps, call.session.principal, std::move(ids), std::move(draft))) {
    if (!outcome.result) co_return std::unexpected(outcome.result.error());
  }
  co_return leadTo("/executions/" + call.parameter());
}

}  // namespace executor::api
