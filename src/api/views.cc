// The view builders; each names its members in the order in which people read them.
//
// What is always there is written by text(), number() and raw(); what only some things have by the
// …If forms, so that a client that finds a member may rely on its value. Members are added and
// never renamed: `executor` of one version talks to a server of another. Nothing is looked up here,
// so a view of a thing costs its size and cannot fail.
#include "api/views.h"

#include "api/json-text.h"
#include "base/json.h"
#include "sandbox/source-lines.h"

namespace executor::api {
namespace {

// What a connection for this source would need.
std::string schemeJson(const source::SecurityScheme& scheme) {
  return ObjectText()
      .text("name", scheme.name)
      .text("type", scheme.type)
      .textIf("in", scheme.in)
      .textIf("parameter", scheme.parameter)
      .take();
}

std::string schemesJson(const std::vector<source::SecurityScheme>& schemes) {
  std::vector<std::string> items;
  items.reserve(schemes.size());
  for (const auto& scheme : schemes) items.push_back(schemeJson(scheme));
  return arrayText(items);
}

// What a program did, without what it sent: inputs are in the journal, redacted. `startedAt` is
// missing for a call that never left (denied, cancelled while it waited).
std::string callJson(const execution::CallView& call) {
  return ObjectText()
      .number("n", call.n)
      .text("callId", call.id)
      .text("tool", call.tool)
      .text("status", call.status)
      .textIf("errorCode", call.errorCode)
      .numberIf("startedAt", call.startedAt)
      .number("durationMs", call.durationMs)
      .take();
}

// The text is the program's own; quoting keeps it from being anything else.
std::string logJson(const execution::LogLine& line) {
  return ObjectText().text("level", line.level).text("text", line.text).take();
}

// The link names the approval; opening it still needs a session (D1).
std::string pendingJson(const execution::PendingApproval& approval, std::string_view origin) {
  ObjectText out;
  out.text("id", approval.id).text("tool", approval.tool).text("summary", approval.summary);
  if (!origin.empty()) out.text("url", approvalUrl(origin, approval.id));
  return out.take();
}

// `bytes` are those of the content itself; with a handle it is to be read elsewhere.
std::string emissionJson(const execution::Emitted& emission, bool withContents) {
  ObjectText out;
  out.text("kind", emission.kind)
      .textIf("mimeType", emission.mimeType)
      .textIf("name", emission.name)
      .number("bytes", static_cast<std::int64_t>(emission.bytes))
      .textIf("handle", emission.handle);
  if (withContents) out.textIf("text", emission.text).textIf("data", emission.data);
  return out.take();
}

// Line and column are of the agent's own source, counted from 1, with the line itself and a mark
// below the place. `status` and `body` are what the
// upstream answered, when the error is a call's: an agent that sees the body can correct its input.
std::string errorDetailJson(const execution::ExecutionView& execution) {
  const sandbox::SourceExcerpt excerpt =
      sandbox::excerptAt(execution.code, {execution.errorLine, execution.errorColumn});
  return ObjectText()
      .text("code", execution.errorCode)
      .numberIf("line", execution.errorLine)
      .numberIf("column", execution.errorColumn)
      .textIf("source", excerpt.line)
      .textIf("caret", excerpt.caret)
      .numberIf("status", execution.errorStatus)
      .rawIf("body", execution.errorBodyJson)
      .textIf("hint", execution.errorHint)
      .textIf("stack", execution.errorStack)
      .take();
}

// An array of views.
template <class T, class F>
std::string arrayOf(const std::vector<T>& values, F&& each) {
  std::vector<std::string> items;
  items.reserve(values.size());
  for (const auto& value : values) items.push_back(each(value));
  return arrayText(items);
}

// `result` stands there even when it is null (the reference lost it, MCP-075); for a big one
// there are a preview and a handle instead.
void addOutcome(ObjectText& out, const execution::ExecutionView& execution, bool withResult) {
  if (withResult && execution.state == execution::State::completed &&
      execution.resultHandle.empty()) {
    out.raw("result", execution.resultJson);
  }
  out.textIf("resultHandle", execution.resultHandle)
      .textIf("resultPreview", execution.resultPreview)
      .numberIf("resultBytes", static_cast<std::int64_t>(execution.resultBytes));
  if (execution.errorCode.empty() && execution.errorMessage.empty()) return;
  out.text("error", execution.errorMessage);
  out.raw("errorDetail", errorDetailJson(execution));
}

// `code` is TypeScript's own, for whoever looks it up.
std::string findingJson(const execution::TypeFinding& finding) {
  return ObjectText()
      .number("code", finding.code)
      .boolean("blocks", finding.blocks)
      .number("line", finding.line)
      .number("column", finding.column)
      .text("message", finding.message)
      .textIf("hint", finding.hint)
      .text("source", finding.source)
      .text("caret", finding.caret)
      .textIf("signature", finding.signature)
      .take();
}

// Present even when empty, so that clients need no checks.
void addParts(ObjectText& out, const execution::ExecutionView& execution,
              const ExecutionJsonOptions& options) {
  out.raw("calls", arrayOf(execution.calls, callJson));
  out.raw("logs", arrayOf(execution.logs, logJson));
  out.raw("emitted", arrayOf(execution.emitted, [&](const auto& item) {
            return emissionJson(item, options.withContents);
          }));
  out.raw("approvals", arrayOf(execution.approvals, [&](const auto& item) {
            return pendingJson(item, options.origin);
          }));
}

// Whose it is and when it happened; 0 is left out.
void addOwner(ObjectText& out, const execution::ExecutionView& execution) {
  out.textIf("tool", execution.tool).textIf("rerunOf", execution.rerunOf);
  out.text("workspaceId", execution.workspaceId)
      .text("accountId", execution.accountId)
      .textIf("client", execution.client)
      .number("createdAt", execution.createdAt)
      .numberIf("startedAt", execution.startedAt)
      .numberIf("finishedAt", execution.finishedAt);
}

// Of a decision that a person took about this very call.
std::string_view scopeOf(const approval::ApprovalView& approval) {
  const bool own = approval.status == "approved" && approval.grantedBy.empty();
  return own ? approval::name(approval.scope) : "";
}

}  // namespace

std::string sourceJson(const catalog::SourceView& source) {
  return ObjectText()
      .text("id", source.id)
      .text("name", source.name)
      .text("kind", source.kind)
      .textIf("url", source.url)
      .textIf("baseUrl", source.baseUrl)
      .textIf("title", source.title)
      .textIf("documentVersion", source.documentVersion)
      .text("state", source.state)
      .textIf("errorCode", source.errorCode)
      .textIf("error", source.errorMessage)
      .number("toolCount", static_cast<std::int64_t>(source.toolCount))
      .raw("warnings", stringsText(source.warnings))
      .raw("securitySchemes", schemesJson(source.securitySchemes))
      .textIf("toolSetHash", source.toolSetHash)
      .text("workspaceId", source.workspaceId)
      .number("createdAt", source.createdAt)
      .number("updatedAt", source.updatedAt)
      .take();
}

// `source` is for people and may be reused after a removal; `sourceId` is the identity.
std::string connectionJson(const credential::ConnectionView& connection) {
  return ObjectText()
      .text("id", connection.id)
      .text("name", connection.name)
      .text("source", connection.sourceName)
      .text("sourceId", connection.sourceId)
      .text("kind", connection.kind)
      .textIf("in", connection.in)
      .textIf("parameter", connection.parameter)
      .text("scope", connection.scope)
      .text("workspaceId", connection.workspaceId)
      .number("createdAt", connection.createdAt)
      .number("updatedAt", connection.updatedAt)
      .take();
}

// `createdBy` answers the question of whoever is denied: whom to ask.
std::string policyJson(const policy::PolicyView& policy) {
  return ObjectText()
      .text("id", policy.id)
      .text("effect", policy::name(policy.effect))
      .text("tool", policy.tool)
      .text("workspaceId", policy.workspaceId)
      .text("createdBy", policy.createdBy)
      .textIf("fromApproval", policy.fromApproval)
      .number("createdAt", policy.createdAt)
      .take();
}

// `mayApprove` and `revoked` are always there: whoever reviews keys must not have to guess.
std::string keyJson(const identity::KeyView& key) {
  return ObjectText()
      .text("id", key.id)
      .text("name", key.name)
      .boolean("mayApprove", key.mayApprove)
      .boolean("revoked", key.revoked)
      .text("workspaceId", key.workspaceId)
      .text("accountId", key.accountId)
      .number("createdAt", key.createdAt)
      .numberIf("lastUsedAt", key.lastUsedAt)
      .numberIf("expiresAt", key.expiresAt)
      .take();
}

// `set` tells a value somebody chose from the same value by default.
std::string settingJson(const execution::SettingView& setting) {
  const execution::SettingSpec& spec = *setting.spec;
  ObjectText out;
  out.text("name", spec.name)
      .raw("value", serializeJson(spec.shown(setting.value)))
      .raw("default", serializeJson(spec.shown(setting.standard)))
      .boolean("set", setting.set);
  if (spec.words.empty()) {
    out.number("minimum", spec.lowest).number("maximum", setting.most);
  } else {
    out.raw("values", stringsText({spec.words.begin(), spec.words.end()}));
  }
  return out.textIf("unit", spec.unit).text("meaning", spec.meaning).take();
}

// `input` comes redacted from approval/ and is spliced as it is; `inputHash` is of the input that
// will be sent (invariant 4), so it does not match a hash of what is shown.
std::string approvalJson(const approval::ApprovalView& approval, std::string_view origin) {
  ObjectText out;
  out.text("id", approval.id)
      .text("status", approval.status)
      .text("tool", approval.toolPath)
      .text("method", approval.method)
      .text("origin", approval.origin)
      .text("summary", approval.summary)
      .raw("input", approval.inputJson)
      .text("inputHash", approval.inputHash)
      .text("executionId", approval.executionId)
      .text("callId", approval.callId)
      .textIf("decidedBy", approval.decidedBy)
      .textIf("reason", approval.reason)
      .textIf("scope", scopeOf(approval))
      .textIf("grantedBy", approval.grantedBy)
      .textIf("policyId", approval.policyId)
      .text("workspaceId", approval.workspaceId)
      .number("createdAt", approval.createdAt)
      .numberIf("decidedAt", approval.decidedAt)
      .numberIf("expiresAt", approval.expiresAt);
  if (!origin.empty()) out.text("url", approvalUrl(origin, approval.id));
  return out.take();
}

// First what an agent acts on (id, state, outcome), last what only a person looks for.
std::string executionJson(const execution::ExecutionView& execution,
                          const ExecutionJsonOptions& options) {
  ObjectText out;
  out.text("taskId", execution.id)
      .text("status", execution::name(execution.state))
      .numberIf("queuePosition", static_cast<std::int64_t>(execution.queuePosition))
      .text("runtimeId", execution.runtimeId);
  addOutcome(out, execution, options.withResult);
  if (options.withResult) addParts(out, execution, options);
  if (options.withResult && execution.typeCheck) {
    out.raw("typeCheck", typeVerdictJson(*execution.typeCheck));
  }
  // A whole view has the calls themselves.
  if (!options.withResult && !execution.tools.empty()) {
    out.raw("tools", stringsText(execution.tools));
  }
  addOwner(out, execution);
  if (options.withCode) {
    out.textIf("code", execution.code).rawIf("metadata", execution.metadataJson);
  }
  return out.take();
}

std::string typeVerdictJson(const execution::TypeVerdict& verdict) {
  return ObjectText()
      .text("status", verdict.status)
      .textIf("reason", verdict.reason)
      .raw("diagnostics", arrayOf(verdict.findings, findingJson))
      .numberIf("more", verdict.more)
      .take();
}

std::string resultJson(const invocation::ResultRecord& result) {
  return ObjectText()
      .text("handle", result.id)
      .text("kind", store::detail::enumName(result.kind))
      .text("mimeType", result.mimeType)
      .textIf("name", result.name)
      .textIf("tool", result.tool)
      .number("bytes", static_cast<std::int64_t>(result.bytes))
      .textIf("preview", result.preview)
      .text("executionId", result.executionId)
      .number("createdAt", result.createdAt)
      .take();
}

std::string eventJson(const execution::EventView& event) {
  return ObjectText()
      .number("seq", static_cast<std::int64_t>(event.seq))
      .text("kind", event.kind)
      .number("at", event.at)
      .raw("body", event.bodyJson)
      .take();
}

namespace {

std::string entryJson(const execution::TimelineEntry& entry) {
  ObjectText out;
  out.number("seq", static_cast<std::int64_t>(entry.seq))
      .text("kind", entry.kind)
      .number("at", entry.at);
  if (entry.durationMs) out.number("durationMs", *entry.durationMs);
  return out.numberIf("n", entry.n)
      .text("text", entry.text)
      .textIf("status", entry.status)
      .textIf("approval", entry.approval)
      .textIf("waitedFor", entry.waitedFor)
      .take();
}

}  // namespace

std::string timelineJson(const execution::TimelineView& timeline) {
  return ObjectText()
      .number("createdAt", timeline.createdAt)
      .number("totalMs", timeline.totalMs)
      .number("queuedMs", timeline.queuedMs)
      .number("personMs", timeline.personMs)
      .number("upstreamMs", timeline.upstreamMs)
      .raw("items", arrayOf(timeline.entries, entryJson))
      .numberIf("notShown", static_cast<std::int64_t>(timeline.more))
      .take();
}

std::string approvalUrl(std::string_view origin, std::string_view approvalId) {
  return std::string(origin) + "/approvals/" + std::string(approvalId);
}

}  // namespace executor::api
