// `/`: what waits for a person, what is there, what happened, and how to connect a client.
//
// In this order, because a person comes here for the first: an agent is standing still until he
// decides. Every name and title on the page was written by an upstream's document or by an agent,
// so each goes through text() (markup.h); states double as class names and are treated alike.
#include "api/connect-lines.h"
#include "api/pages/layout.h"
#include "api/pages/pages.h"

namespace executor::api {
namespace {

// First on the page: it is what somebody is waiting for.
Markup pendingTable(const std::vector<approval::ApprovalView>& pending) {
  Markup out;
  if (pending.empty()) return out.raw("<p class=\"muted\">Nothing waits for a decision.</p>");
  out.raw("<table><tr><th>Tool</th><th>What</th><th>Since</th></tr>");
  for (const auto& item : pending) {
    out.raw("<tr><td>").link("/approvals/" + item.id, item.toolPath).raw("</td>");
    out.element("td", item.summary).element("td", formatTime(item.createdAt)).raw("</tr>\n");
  }
  return out.raw("</table>");
}

// A failed refresh keeps the last good version, so a source can be usable and have an error.
Markup sourceState(const catalog::SourceView& source) {
  Markup out;
  out.raw("<span class=\"").text(source.state).raw("\">").text(source.state).raw("</span>");
  if (!source.errorMessage.empty()) out.raw("<br>").text(source.errorMessage);
  return out;
}

// An empty workspace says how to begin.
Markup sourcesTable(const std::vector<catalog::SourceView>& sources) {
  Markup out;
  if (sources.empty()) {
    return out.raw(
        "<p>No source yet. Add one: <code>executor source add &lt;URL of its OpenAPI document&gt; "
        "--name &lt;name&gt;</code></p>");
  }
  out.raw("<table><tr><th>Name</th><th>Title</th><th>Tools</th><th>State</th></tr>");
  for (const auto& source : sources) {
    out.raw("<tr>").element("td", source.name).element("td", source.title).raw("<td>");
    out.number(static_cast<std::int64_t>(source.toolCount)).raw("</td><td>");
    out.add(sourceState(source)).raw("</td></tr>\n");
  }
  return out.raw("</table>");
}

// The newest kHomeExecutions; the rest is for the API. Links go by id, which is ours, and never by
// anything an agent chose.
Markup executionsTable(const std::vector<execution::ExecutionView>& executions) {
  Markup out;
  if (executions.empty()) return out.raw("<p class=\"muted\">None yet.</p>");
  out.raw("<table><tr><th>Execution</th><th>State</th><th>Client</th><th>Created</th></tr>");
  for (const auto& item : executions) {
    const auto state = execution::name(item.state);
    out.raw("<tr><td>").link("/executions/" + item.id, item.id).raw("</td><td class=\"");
    out.text(state).raw("\">").text(state);
    if (item.queuePosition != 0) out.text(" (" + std::to_string(item.queuePosition) + ")");
    out.raw("</td>").element("td", item.client);
    out.element("td", formatTime(item.createdAt)).raw("</tr>\n");
  }
  return out.raw("</table>");
}

// With a placeholder: a page never shows a key.
Markup connectSection(const std::string& origin) {
  Markup out;
  out.raw("<p>Type <code>executor connect</code> to get these with your key in place of ")
      .element("code", kKeyPlaceholder)
      .raw(".</p>");
  for (const auto& line :
       connectLines({.mcpUrl = agentMcpUrl(origin), .apiKey = std::string(kKeyPlaceholder)})) {
    out.raw("<details><summary>").text(line.title).raw("</summary><p>");
    if (line.file.empty()) {
      out.raw("In a terminal:");
    } else {
      out.raw("In ").element("code", line.file).raw(":");
    }
    out.raw("</p>").element("pre", line.text).raw("</details>\n");
  }
  return out;
}

// Where an agent's client has to connect to, in one line.
Markup statusLine(const ApiDeps& deps, const PageCall& call) {
  Markup out;
  out.raw("<p>Version ").text(EXECUTOR_VERSION).raw(", workspace <code>");
  out.text(call.session.principal.workspaceId).raw("</code>, ");
  out.number(static_cast<std::int64_t>(deps.executions.runningCount()));
  return out.raw(" running. MCP endpoint: <code>")
      .text(agentMcpUrl(call.request.origin))
      .raw("</code></p>");
}

}  // namespace

Task<Result<net::Response>> homePage(Deps deps, PageCall call) {
  const auto principal = call.session.principal;
  EXECUTOR_CO_TRY(const auto pending, co_await deps->approvals.list(principal, "pending", ""));
  EXECUTOR_CO_TRY(const auto sources, co_await deps->sources.list(principal));
  EXECUTOR_CO_TRY(const auto recent,
                  co_await deps->executions.list(principal, {.limit = kHomeExecutions}));
  Markup body;
  body.add(statusLine(*deps, call));
  body.raw("<h2>Waiting for you</h2>").add(pendingTable(pending));
  body.raw("<h2>Sources</h2>").add(sourcesTable(sources));
  body.raw("<h2>Recent executions</h2>").add(executionsTable(recent.items));
  body.raw("<h2>Connect a client</h2>").add(connectSection(call.request.origin));
  co_return page(200, "Executor", body, &call.session);
}

}  // namespace executor::api
