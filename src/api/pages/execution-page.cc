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

// A stored content, to be downloaded: it is never shown on a page of ours.
Markup contentLink(std::string_view handle, std::size_t bytes) {
  Markup out;
  out.link("/api/v1/results/" + std::string(handle), handle).text(" (");
  return out.number(static_cast<std::int64_t>(bytes)).text(" bytes)");
}

// A big result is not fetched for a page; its beginning is in the view.
Markup result(const execution::ExecutionView& execution) {
  Markup out;
  if (!execution.resultHandle.empty()) {
    out.raw("<h2>Result (its beginning)</h2>").element("pre", execution.resultPreview);
    out.raw("<p>Whole: ").add(contentLink(execution.resultHandle, execution.resultBytes));
    return out.raw("</p>");
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

// What the program showed and is too big for its journal.
Markup shown(const execution::ExecutionView& execution) {
  Markup out;
  for (const auto& item : execution.emitted) {
    if (item.handle.empty()) continue;
    out.raw("<p>Shown: ").text(item.name.empty() ? item.kind : item.name).raw(", ");
    out.add(contentLink(item.handle, item.bytes)).raw("</p>");
  }
  return out;
}

std::string lengthText(EpochMs ms) {
  if (ms < 1'000) return std::to_string(ms) + " ms";
  return std::to_string(ms / 1'000) + "." + std::to_string(ms % 1'000 / 100) + " s";
}

// What happened for a reader: one line each, with its length.
Markup course(const execution::TimelineView& timeline) {
  Markup out;
  out.raw("<h2>What happened</h2><table><tr><th>After</th><th>Took</th><th>What</th></tr>");
  for (const auto& entry : timeline.entries) {
    out.raw("<tr>").element("td", lengthText(entry.at - timeline.createdAt));
    out.element("td", entry.durationMs ? lengthText(*entry.durationMs) : "");
    out.element("td", entry.text).raw("</tr>\n");
  }
  out.raw("</table><p class=\"muted\">").text(lengthText(timeline.totalMs)).raw(" in all: ");
  out.text(lengthText(timeline.queuedMs)).raw(" in the queue, ");
  out.text(lengthText(timeline.personMs)).raw(" for a person, ");
  return out.text(lengthText(timeline.upstreamMs)).raw(" for upstreams.</p>");
}

// The journal in its own order, which is the truth about what happened.
Markup journal(const std::vector<execution::EventView>& events) {
  Markup out;
  out.raw("<h2>Journal</h2><table><tr><th>#</th><th>When</th><th>What</th><th></th></tr>");
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
  EXECUTOR_CO_TRY(const auto timeline,
                  co_await deps->executions.timeline(principal, call.parameter()));
  Markup body;
  body.add(summary(execution)).add(pending(execution, call.session)).add(result(execution));
  body.add(shown(execution)).add(course(timeline)).add(program(execution)).add(journal(events));
  co_return page(200, "Execution", body, &call.session);
}

}  // namespace executor::api
