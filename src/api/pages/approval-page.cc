// `/approvals/<id>`: the page on which somebody decides.
//
// Whoever decides must see what would be sent: tool, method, origin and input, the latter with
// secret members redacted by approval/ and otherwise as it is. What was approved is what is sent
// (invariant 4), so there is nothing to edit here. The program is shown below, because the reason
// for a call is often only there.
#include "api/pages/layout.h"
#include "api/pages/pages.h"
#include "identity/form.h"

namespace executor::api {
namespace {

// Rows without a value are left out.
Markup row(Literal label, std::string_view value) {
  Markup out;
  if (value.empty()) return out;
  return out.raw("<tr><th>").raw(label).raw("</th><td>").text(value).raw("</td></tr>\n");
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
      .add(row("Reason", approval.reason));
  if (approval.decidedAt != 0) out.add(row("Decided", formatTime(approval.decidedAt)));
  out.raw("<tr><th>Execution</th><td>");
  return out.link("/executions/" + approval.executionId, approval.executionId)
      .raw("</td></tr></table>");
}

// Two buttons of one form; the browser sends the value of the one that was pressed. Enter in the
// reason field presses a form's first button, so the first one is Deny: a slip never approves.
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
          "<button class=\"approve\" name=\"decision\" value=\"approve\">Approve</button></form>");
  return out;
}

// Why the call is made is often clearer from the program than from the input.
Markup program(const execution::ExecutionView& execution) {
  Markup out;
  if (execution.code.empty()) return out;
  return out.raw("<h2>The program that asks</h2>").element("pre", revealDirection(execution.code));
}

// Anything but the two words decides nothing.
Result<bool> readDecision(const net::Request& request) {
  const auto word = identity::formField(request, "decision");
  if (word == "approve") return true;
  if (word == "deny") return false;
  return fail(ErrorCode::invalid_argument, "The form must say approve or deny.");
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

// 303 to the approval, so that a reload asks again instead of deciding again.
Task<Result<net::Response>> decideOnPage(Deps deps, PageCall call) {
  EXECUTOR_CO_TRY(const bool approve, readDecision(call.request));
  EXECUTOR_CO_TRY(const auto approval,
                  co_await deps->approvals.decide(call.session.principal, call.parameter(), approve,
                                                  identity::formField(call.request, "reason")));
  auto response = net::Response::redirect("/approvals/" + approval.id);
  addPageHeaders(response);
  co_return response;
}

}  // namespace executor::api
