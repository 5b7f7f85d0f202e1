// `/executions/<id>`: one execution from its journal, for a person who wants to know what it did.
//
// Read at one moment and not kept current: a page without script cannot be, and a reload is one
// key. Inputs and outcomes in the journal were redacted when the event's view was made, so nothing
// is redacted here; what is cut says how much is missing.
#include <algorithm>
#include <span>

#include "api/pages/layout.h"
#include "api/pages/pages.h"
#include "base/text.h"

namespace executor::api {
namespace {

// A timeline is for the order of things; one event does not fill the page.
constexpr std::size_t kMaxShownEventBytes = 4'000;

// State, times and the error, if any.
Markup summary(const execution::ExecutionView& execution) {
  const auto state = execution::name(execution.state);
  Markup out;
  out.raw("<p><code>").text(execution.id).raw("</code> is <strong class=\"").text(state);
  out.raw("\">").text(state).raw("</strong>");
  if (execution.queuePosition != 0) {
    out.text(", number " + std::to_string(execution.queuePosition) + " in the queue");
  }
  out.raw(". Created ").text(formatTime(execution.createdAt));
  out.raw(", finished ").text(formatTime(execution.finishedAt)).raw(".</p>");
  if (!execution.errorMessage.empty()) {
    out.raw("<h2>Error</h2>").element("pre", execution.errorMessage);
  }
  return out;
}

// A big result is not fetched for a page; its beginning is in the view.
Markup result(const execution::ExecutionView& execution) {
  Markup out;
  if (!execution.resultHandle.empty()) {
    return out.raw("<h2>Result (its beginning)</h2>").element("pre", execution.resultPreview);
  }
  if (execution.resultJson.empty()) return out;
  return out.raw("<h2>Result</h2>").element("pre", readableJson(execution.resultJson));
}

// A direct call has no program (D13).
Markup program(const execution::ExecutionView& execution) {
  Markup out;
  if (!execution.tool.empty()) {
    return out.raw("<h2>Direct call</h2>").element("pre", execution.tool);
  }
  return out.raw("<h2>Program</h2>").element("pre", execution.code);
}

// For all that are listed here and for none that comes later; Deny first, as on the page of one.
Markup decideAll(const execution::ExecutionView& execution, const identity::Session& session) {
  Markup out;
  if (execution.approvals.size() < 2) return out;
  std::string ids;
  for (const auto& item : execution.approvals) ids += (ids.empty() ? "" : " ") + item.id;
  return out.raw("<form method=\"post\" action=\"/executions/")
      .text(execution.id)
      .raw("/decisions\">")
      .add(csrfField(session))
      .raw("<input type=\"hidden\" name=\"ids\" value=\"")
      .text(ids)
      .raw("\">")
      .raw(
          "<label>Reason (the program sees it)<input type=\"text\" name=\"reason\" "
          "maxlength=\"500\"></label>"
          "<button class=\"deny\" name=\"decision\" value=\"deny\">Deny all</button> "
          "<button class=\"approve\" name=\"decision\" value=\"approve\">Approve all</button>"
          "</form>");
}

// Leads from the execution to what it waits for.
Markup pending(const execution::ExecutionView& execution, const identity::Session& session) {
  Markup out;
  if (execution.approvals.empty()) return out;
  out.raw("<h2>Waiting for you</h2><ul>");
  for (const auto& item : execution.approvals) {
    out.raw("<li>").link("/approvals/" + item.id, item.tool).raw(" ").text(item.summary);
    out.raw("</li>");
  }
  return out.raw("</ul>").add(decideAll(execution, session));
}

// The journal in its own order, which is the truth about what happened.
Markup timeline(const std::vector<execution::EventView>& events) {
  Markup out;
  out.raw("<h2>Timeline</h2><table><tr><th>#</th><th>When</th><th>What</th><th></th></tr>");
  for (const auto& event : std::span(events).first(std::min(events.size(), kShownEvents))) {
    out.raw("<tr><td>").number(static_cast<std::int64_t>(event.seq)).raw("</td>");
    out.element("td", formatTime(event.at)).element("td", event.kind).raw("<td>");
    if (!event.bodyJson.empty()) {
      out.element("pre", truncateText(readableJson(event.bodyJson), kMaxShownEventBytes));
    }
    out.raw("</td></tr>\n");
  }
  out.raw("</table>");
  if (events.size() > kShownEvents) out.raw("<p class=\"muted\">Later events are not shown.</p>");
  return out;
}

}  // namespace

Task<Result<net::Response>> executionPage(Deps deps, PageCall call) {
  const auto principal = call.session.principal;
  EXECUTOR_CO_TRY(const execution::ExecutionView execution,
                  co_await deps->executions.show(principal, call.parameter()));
  // One more than is shown, to know whether there are more.
  EXECUTOR_CO_TRY(const auto events, co_await deps->executions.events(principal, call.parameter(),
                                                                      0, kShownEvents + 1));
  Markup body;
  body.add(summary(execution)).add(pending(execution, call.session)).add(result(execution));
  body.add(program(execution)).add(timeline(events));
  co_return page(200, "Execution", body, &call.session);
}

}  // namespace executor::api
